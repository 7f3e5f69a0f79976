/** My orders, with their states as they change. */
import { h, say, skeleton } from "../dom.js";
import { get } from "../api.js";
import { follow } from "../live.js";
import { money, states, onDay, pieces } from "../words.js";
import { picture } from "../picture.js";

export const needs = "user";

export default async function orders({ show, signal }) {
  show("My orders", h("h1", {}, "My orders"), skeleton("bone-row", "bone-row", "bone-row"));
  const live = h("p", { class: "live" }, "Connecting …");
  const list = h("ul", {});
  const more = h("div", { class: "more" });
  const first = await get("/api/orders?limit=20", { signal });
  if (first.items.length === 0) {
    show("My orders", h("section", { class: "empty" },
      picture({ id: "orders", sku: "", name: "Canvas Bag" }),
      h("h1", {}, "No orders yet"), h("p", {}, "When you order something, you can follow it here."),
      h("a", { class: "button", href: "/" }, "Look around")));
    return;
  }

  add(first);
  show("My orders", h("div", { class: "title" }, h("h1", {}, "My orders"), live), list, more);
  follow("/api/orders/live", {
    signal,
    onState(isOn) {
      live.classList.toggle("on", isOn);
      live.textContent = isOn ? "Live" : "Connecting again …";
      if (isOn)
        refresh();
    },
    onEvent({ id, status }) {
      const shown = list.querySelector(`[data-id="${id}"] .state`);
      if (!shown)
        return refresh();

      const { name, kind } = states[status];
      shown.className = `state ${kind}`;
      shown.textContent = name;
      say(`An order is now: ${name}`);
    },
  });

  function add(page) {
    list.append(...page.items.map(row));
    more.replaceChildren(...page.next ? [h("button", { class: "button quiet", async onclick() {
      add(await get(`/api/orders?limit=20&after=${encodeURIComponent(page.next)}`, { signal }));
    } }, "Show older ones")] : []);
  }

  // What changed before the connection stood, or in another tab.
  async function refresh() {
    const page = await get("/api/orders?limit=20", { signal }).catch(() => null);
    for (const order of page?.items.toReversed() ?? []) {
      const known = list.querySelector(`[data-id="${order.id}"]`);
      if (known)
        known.replaceWith(row(order));
      else
        list.prepend(row(order));
    }
  }
}

function row(order) {
  const { name, kind } = states[order.status];
  const count = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  const element = h("li", { class: "order-row" },
    h("div", { class: "thumbs" }, order.lines.slice(0, 3).map(line => picture(line))),
    h("div", {},
      h("a", { href: `/orders/${order.id}` }, order.lines.map(line => line.name).join(", ")),
      h("p", { class: "small soft" }, `${onDay(order.placedAt)} · ${pieces(count)} · ${money(order.total)}`)),
    h("span", { class: `state ${kind}` }, name));
  element.dataset.id = order.id;
  return element;
}
