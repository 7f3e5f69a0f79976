/** One order, live: what happened, what happens next, and what to do about it. */
import { h, say, skeleton } from "../dom.js";
import { get, post, explain } from "../api.js";
import { follow } from "../live.js";
import { money, states, path, hasEnded, exactly, onDay, parcelWords } from "../words.js";
import { picture } from "../picture.js";
import { addressLines } from "../address.js";

export const needs = "user";

export default async function orderPage({ show, parameters: [id], signal }) {
  show("Order", h("h1", {}, "Your order"), skeleton("bone-row", "bone-block"));
  let overview = await get(`/api/orders/${id}/overview`, { signal });
  let isLive = false;
  let wrong = null;
  if (!overview.order)
    overview.order = await get(`/api/orders/${id}`, { signal });

  draw();
  if (hasEnded(overview.order.status) && overview.unavailable.length === 0)
    return;

  follow(`/api/orders/${id}/live`, {
    signal,
    until: ({ status }) => hasEnded(status),
    onState(on) {
      isLive = on;
      draw();
    },
    async onEvent(step) {
      const { order } = overview;
      if (step.version <= order.history.length)
        return;

      order.status = step.status;
      order.history.push(step);
      draw();
      say(`${states[step.status].title}. ${step.reason}`);
      // Payment and parcel have changed, too; the timeline does not wait for them.
      await refresh();
    },
  });
  const timer = setInterval(() => {
    if (overview.unavailable.length > 0 || overview.order.status === "Shipped")
      refresh();
  }, 4000);
  signal.addEventListener("abort", () => clearInterval(timer));

  async function refresh() {
    const next = await get(`/api/orders/${id}/overview`, { signal }).catch(() => null);
    if (!next || signal.aborted)
      return;

    const isNewer = next.order?.history.length >= overview.order.history.length;
    const order = isNewer ? next.order : overview.order;
    overview = { ...next, order };
    draw();
  }

  async function cancel() {
    wrong = null;
    try {
      await post(`/api/orders/${id}/cancel`, undefined, { signal });
      await refresh();
    } catch (error) {
      wrong = explain(error);
      draw();
    }
  }

  function draw() {
    const { order, payment, shipment, unavailable, ageInSeconds } = overview;
    const { title, kind, name } = states[order.status];
    const mayCancel = !hasEnded(order.status) && !["Shipped", "Cancelling"].includes(order.status);
    show(`Order: ${name}`,
      h("div", { class: "title" },
        h("div", {},
          h("p", { class: "soft" }, `Ordered on ${onDay(order.placedAt)}`),
          h("h1", {}, title)),
        h("div", { class: "row" },
          !hasEnded(order.status) && h("span", { class: `live ${isLive ? "on" : ""}` },
            isLive ? "Live" : "Connecting …"),
          h("span", { class: `state ${kind}` }, name))),
      wrong && h("p", { class: "notice bad", role: "alert" }, wrong),
      awayNotice(unavailable, ageInSeconds),
      h("div", { class: "split" },
        h("div", { class: "stack" },
          h("section", { class: "panel", "aria-label": "What happened" }, timeline(order)),
          shipment?.events?.length > 0 && parcel(shipment)),
        h("aside", { class: "panel stack" },
          h("h2", {}, "Summary"),
          h("ul", {}, order.lines.map(lineOf)),
          sums(order),
          h("div", {}, h("h3", {}, "Goes to"), h("address", { class: "soft" }, order.shipTo.name, h("br"),
            addressLines(order.shipTo))),
          h("div", {}, h("h3", {}, "Payment"), h("p", { class: "soft" }, paymentWords(payment, unavailable))),
          mayCancel && h("button", { class: "button bad wide", onclick: cancel }, "Cancel this order"),
          h("p", { class: "small soft" }, `Order ${order.id}`))));
  }
}

function awayNotice(unavailable, ages) {
  const words = {
    order: "Your order can't be read right now. It is safe.",
    payment: "Payments is away right now. We keep your order and tell you here when it is back.",
    shipment: "Shipping is away right now. Your parcel is not lost; we just can't see it from here.",
  };
  return unavailable.length > 0 && h("p", { class: "notice", role: "status" },
    unavailable.map(part => words[part] + (part in ages ? ` What you see of it is ${ages[part]} seconds old.` : ""))
      .join(" "));
}

function timeline({ history, status }) {
  const past = history.map((step, index) => {
    const isLast = index === history.length - 1;
    const isOff = states[step.status].kind === "off";
    return h("li", { class: `past ${isOff ? "off" : ""} ${isLast ? "now" : ""} ${hasEnded(step.status) ? "end" : ""}` },
      h("b", {}, states[step.status].name),
      h("p", {}, step.reason),
      h("time", { class: "small soft", datetime: step.at }, exactly(step.at)),
      isLast && states[status].next && h("p", { class: "small soft" }, states[status].next));
  });
  const ahead = path.includes(status)
    ? path.slice(path.indexOf(status) + 1).map(step => h("li", { class: "ahead" }, h("b", {}, states[step].name)))
    : [];
  return h("ol", { class: "steps" }, past, ahead);
}

function parcel(shipment) {
  return h("section", { class: "panel stack", "aria-label": "Parcel" },
    h("div", { class: "row apart" }, h("h2", {}, "Your parcel"),
      shipment.trackingNumber && h("span", { class: "soft small" },
        `${shipment.carrier} ${shipment.trackingNumber}`)),
    shipment.held && h("p", { class: "notice" }, "We are holding your parcel for a moment."),
    h("ul", { class: "parcel-steps stack" }, shipment.events.toReversed().map(event => h("li", { class: "parcel" },
      h("time", { datetime: event.at }, exactly(event.at)),
      h("span", {}, [parcelWords[event.status], event.place].filter(Boolean).join(", "))))));
}

const lineOf = line => h("li", { class: "line" },
  picture(line),
  h("div", {}, h("a", { class: "name", href: `/products/${line.productId}` }, line.name),
    h("p", { class: "small soft" }, `${line.quantity} × ${money(line.unitPrice)}`)),
  h("p", { class: "sum" }, money({ ...line.unitPrice, amount: line.unitPrice.amount * line.quantity })));

const sums = order => h("dl", { class: "sums" },
  h("dt", {}, "Delivery"), h("dd", {}, order.shipping.amount === 0 ? "free" : money(order.shipping)),
  h("dt", { class: "total" }, "Total"), h("dd", { class: "total" }, money(order.total)));

function paymentWords(payment, unavailable) {
  if (unavailable.includes("payment"))
    return "Can't be seen right now.";

  if (!payment)
    return "Not asked for yet.";

  const parts = {
    Captured: `${money(payment.captured)} was charged.`,
    Declined: `The bank declined${payment.reason ? `: ${payment.reason}` : "."} Nothing was charged.`,
    Voided: "Called off. Nothing was charged.",
    Refunded: `${money(payment.refunded)} goes back to you.`,
  };
  return parts[payment.status] ?? "The bank has not answered yet. We keep asking.";
}
