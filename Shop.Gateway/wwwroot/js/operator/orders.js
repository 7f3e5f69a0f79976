/** What waits, why and until when; and the last hour in numbers. */
import { h } from "../dom.js";
import { get } from "../api.js";
import { money, at, exactly, states } from "../words.js";
import { table } from "./desk.js";

const every = 5000;

export default async function orders({ show, signal, go }) {
  const wait = h("section", { class: "panel stack" });
  const hour = h("section", { class: "panel stack" });
  const find = h("form", { class: "row", role: "search" },
    h("label", { class: "unseen", for: "find-order" }, "Order id"),
    h("input", {
      id: "find-order", name: "id", placeholder: "Order id", pattern: "[0-9a-fA-F\\-]{36}", required: true,
    }),
    h("button", { class: "button quiet" }, "Show its story"));
  find.classList.add("find");
  find.addEventListener("submit", event => {
    event.preventDefault();
    go(`/operator/orders/${find.elements.id.value.trim()}`);
  });
  await read();
  show("Orders", h("div", { class: "title" }, h("h1", {}, "Orders"), find), hour, wait);
  const timer = setInterval(() => document.hidden || read().catch(() => {}), every);
  signal.addEventListener("abort", () => clearInterval(timer));

  async function read() {
    const [waiting, statistics] = await Promise.all([
      get("/api/orders/waiting", { signal }), get("/api/orders/statistics", { signal })]);
    wait.replaceChildren(h("h2", {}, `Under way: ${waiting.items.length}`), table("Orders under way",
      ["Order", "State", "Waits for", "Since", "Asked again", "Next time", "Total"],
      waiting.items.map(order => [
        h("a", { href: `/operator/orders/${order.id}` }, order.id.slice(-12)),
        h("span", { class: `state ${states[order.status].kind}` }, states[order.status].name),
        waitsFor(order), exactly(order.since), order.retries === 0 ? "–" : `${order.retries} times`,
        exactly(order.nextRetryAt), money(order.total)]),
      "Nothing is under way."));
    hour.replaceChildren(h("h2", {}, "The last hour"), figures(statistics.items), chart(statistics.items));
  }
}

export function waitsFor({ status, payment, parcel }) {
  if (status === "Placed")
    return "the bank, through Payments";

  if (status === "Cancelling")
    return parcel === "Asked" || parcel === "Created" ? "the parcel to be stopped" : "the money to go back";

  return status === "Paid" ? "a parcel, from Shipping" : status === "Preparing" ? "the carrier to collect it"
    : payment === "Charged" ? "the carrier to deliver it" : "–";
}

function figures(items) {
  const sum = name => items.reduce((all, item) => all + item[name], 0);
  const delivered = sum("delivered");
  const seconds = items.reduce((all, item) => all + (item.secondsToDelivery ?? 0) * item.delivered, 0);
  return h("dl", { class: "figures" }, [
    ["placed", sum("placed")], ["delivered", delivered], ["cancelled", sum("cancelled")],
    ["to delivery", delivered ? `${(seconds / delivered).toFixed(1)} s` : "–"],
  ].map(([name, value]) => h("div", {}, h("dd", {}, String(value)), h("dt", {}, name))));
}

/** A bar for each minute of the hour: delivered, cancelled and still under way on top of each other. */
function chart(items) {
  if (items.length === 0)
    return h("p", { class: "soft" }, "No orders in the last hour.");

  const now = Math.floor(Date.now() / 60_000);
  const most = Math.max(4, ...items.map(item => item.placed));
  const bars = items.map(item => {
    const x = (59 - (now - Math.floor(new Date(item.minute) / 60_000))) * 10;
    let y = 100;
    const part = (count, kind) => {
      const height = count / most * 92;
      y -= height;
      return h("rect", { x, y, width: 8, height, rx: 1, class: kind });
    };
    return h("g", {}, h("title", {}, `${at(item.minute)}: ${item.placed} placed`),
      part(item.delivered, "done"), part(item.cancelled, "off"),
      part(item.placed - item.delivered - item.cancelled, "going"));
  });
  return h("figure", {},
    h("svg", { viewBox: "0 0 600 102", class: "chart", role: "img", preserveAspectRatio: "none",
      "aria-label": `Orders by minute, at most ${most} in one` },
    h("line", { x1: 0, x2: 600, y1: 101, y2: 101, class: "axis" }), bars),
    h("figcaption", { class: "small soft row" },
      h("span", { class: "key done" }, "delivered"), h("span", { class: "key off" }, "cancelled"),
      h("span", { class: "key going" }, "under way")));
}
