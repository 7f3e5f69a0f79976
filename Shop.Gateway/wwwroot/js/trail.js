/** The events of an order: what every service published, when it was sent, and when the others handled it. */
import { h } from "./dom.js";
import { get, Refusal } from "./api.js";

/** Those that publish and handle the events of an order. */
export const services = ["orders", "payments", "shipping"];
export const titleOf = service => `${service[0].toUpperCase()}${service.slice(1)}`;

/** Who handles an event, and what it says. A test compares the services with the code. */
const meanings = {
  "order-placed": [null, "The order is accepted; its stock is reserved."],
  "order-status-changed": [null, "For the customer: the order has gone on."],
  "payment-requested": ["payments", "Take this payment."],
  "payment-cancellation-requested": ["payments", "Void it if it is not taken, refund it if it is."],
  "payment-captured": ["orders", "The money is ours."],
  "payment-declined": ["orders", "The bank said no; nothing was charged."],
  "payment-voided": ["orders", "Nothing was charged and nothing will be."],
  "payment-refunded": ["orders", "The money went back."],
  "shipment-requested": ["shipping", "Send this."],
  "shipment-cancellation-requested": ["shipping", "Stop it if it has not left."],
  "shipment-created": ["orders", "A carrier will bring it."],
  "shipment-dispatched": ["orders", "It has left and can't be stopped."],
  "shipment-delivered": ["orders", "It has arrived."],
  "shipment-rejected": ["orders", "Nobody delivers there."],
  "shipment-stopped": ["orders", "Nothing left the house and nothing will."],
};

export const nameOf = event => event.type.split(".")[2];
export const consumerOf = event => meanings[nameOf(event)]?.[0] ?? null;
export const meaningOf = event => meanings[nameOf(event)]?.[1] ?? "";
export const handledAt = event => event.handled.find(one => one.service === consumerOf(event))?.at;
export const hasArrived = event => event.isSent && (consumerOf(event) === null || handledAt(event) !== undefined);

/** Short, because the whole of it is in the link, or on hovering. */
export const traceOf = (trace, address) => address
  ? h("a", { href: `${address}${trace}`, target: "_blank", rel: "noopener" }, trace.slice(0, 8))
  : h("code", { title: trace }, trace.slice(0, 8));

const idsInOneRequest = 100;

/** For one part of a page, in milliseconds: a service that hangs must not hold up what the others know. */
export const patience = 3000;

/** What was published about the order until a time; of a service that is away, what is known of it already. */
export async function eventsOf(order, until, signal, known = []) {
  const lists = await Promise.all(services.map(async service =>
    await publishedBy(service, order, until, signal).catch(nothing)
      ?? known.filter(event => event.service === service)));
  const events = lists.flat().sort((one, other) => one.id < other.id ? -1 : 1);
  for (let begin = 0; begin < events.length; begin += idsInOneRequest) {
    const query = events.slice(begin, begin + idsInOneRequest).map(event => `id=${event.id}`).join("&");
    await Promise.all(services.map(async service => {
      const answer = await get(`/api/${service}/handled-events?${query}`, { signal, patience }).catch(nothing);
      for (const { id, at } of answer?.items ?? handledBy(service, known))
        handle(events.find(event => event.id === id), service, at);
    }));
  }

  return events;
}

async function publishedBy(service, order, until, signal) {
  const events = [];
  for (let after = ""; after !== null;) {
    const { items, next } = await get(`/api/${service}/events/${order}${after}`, { signal, patience });
    events.push(...items.map(event => ({ ...event, service, handled: [] })));
    after = next && timeOf(next) <= until ? `?after=${next}` : null;
  }

  return events;
}

const handledBy = (service, events) => events.flatMap(({ id, handled }) =>
  handled.filter(one => one.service === service).map(({ at }) => ({ id, at })));

function handle(event, service, at) {
  if (event && !event.handled.some(one => one.service === service))
    event.handled.push({ service, at });
}

/** A GUID of version 7 begins with its milliseconds. */
export const timeOf = id => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);

/** What can't be read right now is left out. */
export const nothing = error => {
  if (error instanceof Refusal)
    return null;

  throw error;
};
