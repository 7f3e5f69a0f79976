/** The whole story of one order: process, money, parcel and events; and what an operator can do about each. */
import { h, messageBox, field } from "../dom.js";
import { get, post, explain } from "../api.js";
import { money, exactly, states, parcelWords } from "../words.js";
import { eventsOf, nameOf, nothing, patience, traceOf } from "../trail.js";
import { table } from "./desk.js";
import { waitsFor } from "./orders.js";

export default async function order({ show, signal, id }) {
  const message = messageBox();
  await draw();

  async function draw() {
    const [overview, process, refunds, ledger, traces] = await Promise.all([
      get(`/api/orders/${id}/overview`, { signal }),
      get(`/api/orders/${id}/process`, { signal }),
      get(`/api/payments/${id}/refunds`, { signal, patience }).catch(nothing),
      get(`/api/payments/${id}/ledger`, { signal, patience }).catch(nothing),
      get("/api/traces", { signal })]);
    const { order: facts, payment, shipment, unavailable } = overview;
    const trail = h("div", {}, h("p", { class: "soft" }, "Being read …"));
    show("Order",
      h("div", { class: "title" },
        h("div", {}, h("p", { class: "soft small" }, h("a", { href: "/operator" }, "Orders")),
          h("h1", {}, `Order ${id.slice(-12)}`)),
        h("span", { class: `state ${states[process.status].kind}` }, states[process.status].name)),
      message,
      unavailable.length > 0 && h("p", { class: "notice" }, `Can't be read right now: ${unavailable.join(", ")}.`),
      h("div", { class: "tiles" },
        tallPanel("Process", pairs({
          "Version": process.version, "Payment": process.payment, "Parcel": process.parcel,
          "In this state since": exactly(process.since),
          "Waits for": process.nextRetryAt ? waitsFor(process) : "nothing: it has ended",
          "Asked again": process.retries, "Next time": process.nextRetryAt ? exactly(process.nextRetryAt) : "–",
          "Why cancelled": process.cancelReason ?? "–",
        }), facts && h("ol", { class: "steps" }, facts.history.map(step =>
          h("li", { class: "past" }, h("b", {}, step.status), h("p", {}, step.reason),
            h("time", { class: "small soft" }, exactly(step.at)))))),
        panel("Money", payment ? [pairs({
          "State": payment.status, "Captured": money(payment.captured), "Refunded": money(payment.refunded),
          "Calls to the bank": payment.attempts, "Reason": payment.reason ?? "–",
        }), table("Refunds", ["Amount", "State", "Why", "Asked at"], (refunds?.items ?? []).map(refund =>
          [money(refund.amount), refund.status, refund.reason ?? "cancelled", exactly(refund.askedAt)]), "No refunds."),
        table("Ledger", ["Booked at", "What", "Account", "Amount"], (ledger?.items ?? []).flatMap(booking =>
          booking.entries.map(entry => [exactly(booking.at), booking.kind, entry.account, money(entry.amount)])),
        "Nothing was booked."),
        payment.status === "Captured" && refundForm(payment)] : h("p", { class: "soft" }, "Nothing is known.")),
        panel("Parcel", shipment ? [pairs({
          "State": shipment.status, "Carrier": shipment.carrier ?? "–", "Number": shipment.trackingNumber ?? "–",
          "Held": shipment.held ? "yes" : "no",
        }), h("ul", { class: "stack" }, shipment.events.map(event => h("li", { class: "parcel" },
          h("time", {}, exactly(event.at)), h("span", {}, parcelWords[event.status])))),
        shipment.status === "Created" && h("div", { class: "row" },
          action(shipment.held ? "Release" : "Hold", shipment.held ? "release" : "hold"),
          action("Hand to the carrier now", "dispatch"))] : h("p", { class: "soft" }, "There is none yet.")),
        widePanel("Events", trail)));

    // After the rest, because a service that hangs is asked twice here.
    const last = [process.since, ...(refunds?.items ?? []).map(refund => refund.doneAt ?? refund.askedAt)];
    const events = await eventsOf(
      id, process.nextRetryAt ? Date.now() : Math.max(...last.map(time => Date.parse(time))), signal);
    trail.replaceChildren(table("Events", ["Published at", "Event", "By", "Handled", "Trace"],
      events.map(event => rowOf(event, traces)), "None is kept any more."));
  }

  function action(name, verb) {
    return h("button", { class: "button quiet small", onclick: () =>
      attempt(() => post(`/api/shipping/shipments/${id}/${verb}`, undefined, { signal })) }, name);
  }

  function refundForm(payment) {
    const form = h("form", { class: "stack" },
      field(`Refund (${payment.captured.currency}, empty for all that is left)`,
        h("input", { name: "amount", inputmode: "decimal", pattern: "[0-9]+([.,][0-9]{1,2})?" })),
      field("Why", h("input", { name: "reason", required: true, maxlength: 200 })),
      h("button", { class: "button quiet small" }, "Give money back"));
    const key = crypto.randomUUID();
    form.addEventListener("submit", event => {
      event.preventDefault();
      const text = form.elements.amount.value.replace(",", ".");
      attempt(() => post(`/api/payments/${id}/refunds`, {
        reason: form.elements.reason.value,
        ...text && { amount: { amount: Math.round(Number(text) * 100), currency: payment.captured.currency } },
      }, { headers: { "Idempotency-Key": key }, signal }));
    });
    return form;
  }

  async function attempt(run) {
    message.show();
    try {
      await run();
      await draw();
    } catch (error) {
      message.show(explain(error));
    }
  }
}

const rowOf = (event, traces) => [
  exactly(event.at), nameOf(event), event.service,
  event.handled.map(one => `${one.service}, ${exactly(one.at)}`).join("; ") || (event.isSent ? "–" : "not sent yet"),
  event.traceId ? traceOf(event.traceId, traces.address) : "–"];

const panelOf = shape => (title, ...content) =>
  h("section", { class: `panel stack ${shape}` }, h("h2", {}, title), content);
const panel = panelOf(""), tallPanel = panelOf("tall"), widePanel = panelOf("wide");

const pairs = facts => h("dl", { class: "pairs" },
  Object.entries(facts).map(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
