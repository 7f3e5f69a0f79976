/**
 * The way of one order through outboxes, streams and inboxes: a list that says it, and a picture that the list draws.
 * Times are those that the services and Redis have noted; only the eye is given a moment for each.
 */
import { h } from "./dom.js";
import { services, titleOf, nameOf, consumerOf, meaningOf, handledAt, hasArrived, traceOf } from "./trail.js";

const pace = 250;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Milliseconds while they say something, then seconds. */
const after = milliseconds =>
  milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(2)} s`;

/** What has happened to an event so far. Sent again after a loss is another step than sent. */
function stepsOf(event) {
  const steps = [{ stage: "outbox", service: event.service, at: Date.parse(event.at) }];
  if (event.isSent)
    steps.push({ stage: "stream", service: event.service, at: Date.parse(event.sentAt ?? event.at) });

  if (handledAt(event))
    steps.push({ stage: "inbox", service: consumerOf(event), at: Date.parse(handledAt(event)) });

  return steps.map(step => ({ ...step, event, key: `${event.id} ${step.stage} ${step.at}` }));
}

/** Where an event is held up, if it is. */
const waitsIn = event => hasArrived(event) ? null : event.isSent ? "stream" : "outbox";

export class Flow {
  #events = [];
  #queue = [];
  #shown = new Map();
  #lost = new Set();
  #rows = new Map();
  #timer = null;
  #cells = new Map();
  #dot = h("span", { class: "dot", hidden: true });

  /** @param begin When the order was placed, in milliseconds. */
  constructor(begin, signal) {
    this.begin = begin;
    this.list = h("ol", { class: "hops", "aria-label": "Every hop" });
    this.picture = h("div", { class: "flow", "aria-hidden": "true" },
      services.map(service => this.#lane(service)),
      h("div", { class: "redis" }, h("span", { class: "soft" }, "streams"),
        services.map(service => this.#cell("stream", service, ["shop:", h("wbr"), service]))));
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Shows what is new, one step after the other; everything at once to whoever has asked for less motion. */
  show(events, { atOnce = false } = {}) {
    this.#events = events;
    const steps = events.flatMap(stepsOf);
    const keys = new Set(steps.map(step => step.key));
    // What Redis has lost is in the outbox again.
    for (const [key, { event, stage }] of this.#shown) {
      if (keys.has(key))
        continue;

      this.#shown.delete(key);
      if (stage === "stream")
        this.#lost.add(event.id);
    }

    this.#queue = steps.filter(step => !this.#shown.has(step.key)).sort((one, other) => one.at - other.at);
    if (atOnce || calm.matches || document.hidden)
      this.#queue.splice(0).forEach(step => this.#shown.set(step.key, step));

    this.#draw();
    if (this.#queue.length > 0)
      this.#timer ??= setTimeout(() => this.#next(), pace);
  }

  /** Which services are away, if that is known. */
  away(names) {
    services.forEach(service => this.#cells.get(`lane ${service}`).classList.toggle("away", names.includes(service)));
  }

  #next() {
    this.#timer = null;
    const step = this.#queue.shift();
    if (!step)
      return;

    this.#shown.set(step.key, step);
    this.#draw();
    if (this.#queue.length > 0)
      this.#timer = setTimeout(() => this.#next(), pace);
  }

  #lane(service) {
    const lane = h("div", { class: "lane" }, h("b", {}, titleOf(service)),
      h("div", { class: "db" }, h("span", { class: "soft" }, `${service}db`),
        this.#cell("outbox", service, "outbox"), this.#cell("inbox", service, "inbox")));
    this.#cells.set(`lane ${service}`, lane);
    return lane;
  }

  #cell(stage, service, name) {
    const cell = h("span", { class: `cell ${stage}` }, name, h("b", {}, "0"));
    this.#cells.set(`${stage} ${service}`, cell);
    return cell;
  }

  #draw() {
    const counts = new Map();
    const waiting = new Set(this.#events.map(event => `${waitsIn(event)} ${event.service}`));
    const last = [...this.#shown.values()].at(-1);
    for (const event of this.#events) {
      const steps = stepsOf(event).filter(step => this.#shown.has(step.key));
      if (steps.length === 0)
        continue;

      this.#drawRow(event, steps, last?.event.id === event.id);
      const { stage, service } = steps.at(-1);
      // What nobody waits for is not counted where it stays.
      if (stage !== "stream" || consumerOf(event))
        counts.set(`${stage} ${service}`, (counts.get(`${stage} ${service}`) ?? 0) + 1);
    }

    for (const [key, cell] of this.#cells) {
      const isLit = last && key === `${last.stage} ${last.service}`;
      cell.classList.toggle("lit", Boolean(isLit));
      if (key.startsWith("lane"))
        continue;

      const count = counts.get(key) ?? 0;
      cell.lastElementChild.textContent = String(count);
      cell.classList.toggle("waits", count > 0 && waiting.has(key));
      if (isLit)
        this.#moveTo(cell);
    }
  }

  #moveTo(cell) {
    if (this.#dot.parentElement === cell)
      return;

    const from = this.#dot.parentElement && this.#dot.getBoundingClientRect();
    this.#dot.hidden = false;
    cell.prepend(this.#dot);
    const to = this.#dot.getBoundingClientRect();
    if (from && !calm.matches)
      this.#dot.animate([
        { transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: "none" },
      ], { duration: pace, easing: "ease-in-out" });
  }

  #drawRow(event, steps, isLast) {
    if (!this.#rows.has(event.id)) {
      const legs = [h("li"), h("li"), h("li")];
      const row = h("li", { class: "hop" },
        h("p", {}, h("b", {}, nameOf(event)), " ", h("span", { class: "soft small" }, meaningOf(event))),
        h("ul", { class: "legs" }, legs));
      this.#rows.set(event.id, { row, legs });
      // In the order of their ids, though a service may answer later than another.
      const next = this.#events.slice(this.#events.indexOf(event) + 1).find(other => this.#rows.has(other.id));
      this.list.insertBefore(row, next ? this.#rows.get(next.id).row : null);
    }

    const { row, legs } = this.#rows.get(event.id);
    row.classList.toggle("now", isLast);
    const consumer = consumerOf(event);
    const [outbox, stream, inbox] = ["outbox", "stream", "inbox"].map(stage => steps.find(one => one.stage === stage));
    say(legs[0], `${titleOf(event.service)}, outbox`, this.#time(outbox));
    // What has happened, but was not shown yet, does not wait.
    say(legs[1], `Stream of ${titleOf(event.service)}${this.#lost.has(event.id) ? ", sent again" : ""}`,
      stream ? this.#time(stream) : event.isSent ? "…" : "not sent yet");
    say(legs[2], consumer ? `${titleOf(consumer)}, inbox` : "No inbox",
      inbox ? this.#time(inbox) : waitsIn(event) === "stream" ? `waits for ${titleOf(consumer)}`
        : consumer ? "…" : "not needed");
    legs[1].classList.toggle("waits", waitsIn(event) === "outbox");
    legs[2].classList.toggle("waits", waitsIn(event) === "stream");
  }

  #time(step) {
    return after(Math.max(0, step.at - this.begin));
  }
}

/** The trace that all hops of an order share. */
export const traceLink = (events, address) => {
  const trace = events.find(event => event.traceId)?.traceId;
  return trace ? [" · trace ", traceOf(trace, address)] : [];
};

function say(leg, where, when) {
  if (leg.childElementCount === 0)
    leg.append(h("span", { class: "small soft" }), h("b", {}));

  const [place, time] = leg.children;
  if (place.textContent !== where)
    place.textContent = where;

  if (time.textContent !== when)
    time.textContent = when;
}
