/** What happens between the click and the parcel: an order of one's own, live. Operators see every hop of it. */
import { h } from "../dom.js";
import { get, hasCommands } from "../api.js";
import { session } from "../session.js";
import { follow } from "../live.js";
import { states, exactly, hasEnded } from "../words.js";

const services = [
  ["Gateway", "The only door. Checks who you are, counts requests, forwards."],
  ["Users", "Accounts, sessions, the keys that sign tokens."],
  ["Orders", "Catalogue, stock, cart; and the process that decides what an order does next."],
  ["Payments", "Asks the bank, keeps a ledger that always balances, gives money back."],
  ["Shipping", "Books the carrier and follows the parcel."],
];

const hops = {
  Placed: ["Orders", "One transaction in Orders: stock reserved, order written, two events in the outbox."],
  Paid: ["Payments",
    "The relay carried the request over a Redis stream. Payments charged, once, and answered the same way."],
  Preparing: ["Shipping",
    "Orders asked for a parcel. Shipping booked the carrier and answered with a tracking number."],
  Shipped: ["Shipping", "The carrier took the parcel: from here on nothing can be called off."],
  Delivered: ["Shipping", "The carrier's last scan. The order has ended, and its stock is sold."],
  Cancelling: ["Orders", "First the parcel is stopped, then the money goes back, then the stock."],
  Cancelled: ["Payments", "Nothing is charged, or all of it went back; the stock is free again."],
};

const prose = shape => h("div", { class: `prose ${shape}` },
  h("p", {}, "Five programs, four databases and one Redis. No checkout waits for another service: what one has to ",
    "know of another travels as an event, stored in the same transaction as the change that it tells of, and sent ",
    "until everybody has recorded it. So every order ends, whatever crashes on the way."));

export default async function howItWorks({ show, signal }) {
  const head = [h("div", { class: "title" }, h("h1", {}, "How this shop works")),
    prose(session.user?.isOperator ? "wide" : "")];
  if (session.user?.isOperator) {
    const { default: everyHop } = await import("../operator/hops.js");
    await everyHop({ show: (...content) => show("How this shop works", ...head, ...content), signal });
    return;
  }

  const trail = h("ol", { class: "steps" });
  const demo = h("section", { class: "panel stack", "aria-label": "Live" });
  const boxes = new Map(services.map(([name, words]) =>
    [name, h("li", { class: "panel service" }, h("h3", {}, name), h("p", { class: "soft small" }, words))]));
  show("How this shop works", ...head, h("ul", { class: "services" }, [...boxes.values()]), demo);
  demo.append(h("h2", {}, "Your latest order, hop by hop"));
  if (hasCommands) {
    demo.append(h("p", { class: "notice" },
      "Sign in with the operator's account to see every hop of an order here, and to break things on its way."));
  }
  if (!session.user) {
    demo.append(h("p", {},
      h("a", { href: "/sign-in?next=/how-it-works" }, "Sign in"), " and order something to see it."));
    return;
  }

  const { items: [order] } = await get("/api/orders?limit=1", { signal });
  if (!order) {
    demo.append(h("p", {}, h("a", { href: "/" }, "Order something"), ", then come back here to watch it travel."));
    return;
  }

  demo.append(h("p", { class: "soft" }, h("a", { href: `/orders/${order.id}` }, `Order ${order.id}`)), trail);
  let before = null;
  await follow(`/api/orders/${order.id}/live`, {
    signal,
    until: ({ status }) => hasEnded(status),
    onEvent({ status, at, version }) {
      if (trail.children.length >= version)
        return;

      const [service, words] = hops[status];
      const after = before === null ? "" : ` after ${((new Date(at) - before) / 1000).toFixed(2)} s`;
      before = new Date(at);
      trail.append(h("li", { class: "past" }, h("b", {}, `${service}: ${states[status].name}`), h("p", {}, words),
        h("span", { class: "small soft" }, exactly(at), after)));
      boxes.forEach((box, name) => box.classList.toggle("lit", name === service));
    },
  });
}
