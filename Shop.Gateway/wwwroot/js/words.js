/** How the shop says things: money, times, and what the states of an order mean. */
const formats = new Map();

export function money(value) {
  if (!value)
    return "–";

  if (!formats.has(value.currency))
    formats.set(value.currency, new Intl.NumberFormat("en-IE", { style: "currency", currency: value.currency }));

  const format = formats.get(value.currency);
  return format.format(value.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

export const onDay = time => day.format(new Date(time));
export const at = time => moment.format(new Date(time));
export const exactly = time => exact.format(new Date(time));

export const pieces = count => count === 1 ? "1 item" : `${count} items`;

/** Short name, long sentence, and what comes next. */
export const states = {
  Placed: { name: "Placed", title: "We have your order", kind: "going",
    next: "Your bank is being asked for the money." },
  Paid: { name: "Paid", title: "Your payment has arrived", kind: "going", next: "We arrange your parcel." },
  Preparing: { name: "Being packed", title: "We are packing your parcel", kind: "going",
    next: "It waits for the carrier." },
  Shipped: { name: "On its way", title: "Your parcel is on its way", kind: "going", next: "The carrier brings it." },
  Delivered: { name: "Delivered", title: "Your parcel has arrived", kind: "done", next: null },
  Cancelling: { name: "Being cancelled", title: "We are cancelling your order", kind: "off",
    next: "First we stop the parcel, then your money goes back." },
  Cancelled: { name: "Cancelled", title: "This order is cancelled", kind: "off", next: null },
};

export const path = ["Placed", "Paid", "Preparing", "Shipped", "Delivered"];

export const hasEnded = status => status === "Delivered" || status === "Cancelled";

export const parcelWords = {
  Created: "Ready to be collected", Dispatched: "Handed to the carrier", InTransit: "On the road",
  Delivered: "Delivered", Rejected: "The carrier does not deliver there", Stopped: "Stopped before it left",
};

/** The cards of the simulated bank, and what each of them shows. */
export const cards = [
  ["tok_visa", "A card that works", "The payment succeeds at once."],
  ["tok_declined", "A card that is declined", "The bank says no; the order is cancelled and nothing is charged."],
  ["tok_insufficient_funds", "An empty account", "Declined, too, with another reason."],
  ["tok_slow", "A slow bank", "It answers after ten seconds. Your order waits."],
  ["tok_flaky", "A bank with hiccups", "It fails twice, then succeeds. You are charged once."],
  ["tok_timeout_after_charge", "A bank that forgets to answer",
    "It charges, then says nothing. We ask again, not twice."],
  ["tok_down", "A bank that is away", "It never answers. After ten minutes the order is cancelled."],
];

export const countries = {
  DE: "Germany", AT: "Austria", BE: "Belgium", CH: "Switzerland", DK: "Denmark", ES: "Spain", FR: "France",
  GB: "United Kingdom", IT: "Italy", NL: "Netherlands", PL: "Poland", SE: "Sweden", US: "United States",
};
