/** An order travelling, for operators: read from the event trail while it is under way. */
import { h, say } from "../dom.js";
import { get, hasCommands } from "../api.js";
import { follow } from "../live.js";
import { states, hasEnded } from "../words.js";
import { eventsOf, hasArrived, timeOf } from "../trail.js";
import { Flow, traceLink } from "../flow.js";
import { faults } from "./faults.js";

const soon = 300;
const next = 1000;
const later = 5000;

export default async function everyHop({ show, signal }) {
  const state = h("span", { class: "state" });
  const about = h("p", { class: "soft small" });
  const picture = h("div", { class: "flow-frame" });
  const hops = h("section", { class: "panel stack hops-panel", "aria-labelledby": "hops" });
  let away = [];
  let flow = null;
  let watching = null;
  const [{ items: [latest] }, { address }] = await Promise.all([
    get("/api/orders?limit=1", { signal }), get("/api/traces", { signal })]);
  const panel = hasCommands && faults({
    signal,
    onBought: watch,
    onAway(names) {
      away = names;
      flow?.away(names);
    },
  });
  if (latest)
    watch(latest);
  else
    begin();

  show(h("div", { class: "travel" },
    h("section", { class: "panel stack picture-panel", "aria-labelledby": "picture" },
      h("div", { class: "row apart" }, h("h2", { id: "picture" }, "Your latest order, hop by hop"), state),
      about, picture),
    panel, hops));

  function begin(order) {
    watching?.abort();
    watching = new AbortController();
    const scope = AbortSignal.any([signal, watching.signal]);
    flow = new Flow(order ? timeOf(order.id) : 0, scope);
    flow.away(away);
    picture.replaceChildren(flow.picture);
    hops.replaceChildren(h("h2", { id: "hops" }, "Every event, from outbox to inbox"), order ? flow.list
      : h("p", { class: "soft" }, hasCommands ? "Buy something to see it." : "You have not ordered anything yet."));
    state.hidden = !order;
    return scope;
  }

  /** Until everything has arrived; as often as something happens, or may have happened. */
  async function watch(order) {
    const scope = begin(order);
    let { status } = order;
    let wake = () => {};
    tell();
    about.replaceChildren(h("a", { href: `/operator/orders/${order.id}` }, `Order ${order.id.slice(-12)}`));
    follow(`/api/orders/${order.id}/live`, {
      signal: scope,
      until: step => hasEnded(step.status),
      onEvent(step) {
        if (status !== step.status)
          say(states[step.status].title);

        ({ status } = step);
        tell();
        wake();
      },
    });
    await read(order, scope, () => hasEnded(status), resolve => wake = resolve);

    function tell() {
      state.className = `state ${states[status].kind}`;
      state.textContent = states[status].name;
    }
  }

  async function read(order, scope, isOver, onWake) {
    let events = [];
    for (let isFirst = true; !scope.aborted; isFirst = false) {
      // What ends while the trail is being read may not be in it yet.
      const wasOver = isOver();
      events = await eventsOf(order.id, Date.now(), scope, events).catch(() => events);
      if (scope.aborted)
        return;

      const hasAllArrived = events.every(hasArrived);
      flow.show(events, { atOnce: isFirst && wasOver });
      if (isFirst)
        about.append(...traceLink(events, address));

      if (wasOver && hasAllArrived && events.length > 0)
        return;

      const started = performance.now();
      await new Promise(resolve => {
        onWake(resolve);
        setTimeout(resolve, hasAllArrived && !isOver() ? later : next);
        scope.addEventListener("abort", resolve, { once: true });
      });
      await pause(Math.max(0, soon - (performance.now() - started)));
      await visible(scope);
    }
  }
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Nobody looks at a page that is hidden, so it asks for nothing. */
const visible = signal => new Promise(resolve => {
  if (!document.hidden)
    return resolve();

  const done = () => {
    document.removeEventListener("visibilitychange", done);
    resolve();
  };
  document.addEventListener("visibilitychange", done);
  signal.addEventListener("abort", done, { once: true });
});
