/** Buying, and breaking: what should happen is said before, what did happen afterwards. Only in Development. */
import { h } from "../dom.js";
import { get, post, explain } from "../api.js";
import { titleOf } from "../trail.js";

const commands = "/api/development/commands";

const streams = {
  "lose-messages": ["Lose the messages",
    "Redis forgets its streams. The services notice it, and send again what not everybody has recorded."],
  "duplicate-messages": ["Deliver the last messages twice",
    "Every inbox knows what it has handled: nothing is charged and nothing is sent twice."],
};

const waits = {
  payments: "Orders are taken all the same; what they ask of Payments waits in the stream.",
  shipping: "Orders are taken and paid; their parcels wait in the stream.",
};

/** A panel that can be used at once: an AppHost that is slow, or away, is no reason not to buy. */
export function faults({ signal, onBought, onAway }) {
  const message = h("p", { class: "notice", role: "status" }, "Nothing is broken. Press something.");
  const list = h("ul", { class: "faults" });
  let isBusy = false;
  const buttons = new Map();
  add("buy", "Buy with a good card", "The order goes all the way, to the delivered parcel.", () => buy("tok_visa"));
  add("decline", "Buy with a card that is declined",
    "The bank says no: nothing is charged, the stock is free again.", () => buy("tok_declined"));
  read().catch(error => signal.aborted || show(explain(error), "bad"));
  return h("section", { class: "panel stack faults-panel", "aria-labelledby": "faults" },
    h("h2", { id: "faults" }, "Buy, and break it"), message, list);

  function add(key, name, expected, run) {
    const button = h("button", { class: "button quiet small", onclick: () => attempt(button, run) }, name);
    buttons.set(key, button);
    list.append(h("li", {}, button, h("p", { class: "small soft" }, expected)));
  }

  async function attempt(button, run) {
    if (isBusy)
      return;

    setBusy(true);
    show(`${button.textContent} …`);
    try {
      const said = await run();
      show(said);
      await read().catch(error => signal.aborted || show(`${said} ${explain(error)}`, "bad"));
    } catch (error) {
      if (!signal.aborted)
        show(explain(error), "bad");
    } finally {
      setBusy(false);
    }
  }

  // Not disabled, which would take away the focus.
  function setBusy(busy) {
    isBusy = busy;
    buttons.forEach(button => button.setAttribute("aria-disabled", String(busy)));
  }

  function show(text, kind = "") {
    message.className = `notice ${kind}`;
    message.textContent = text;
  }

  /** What there is to break, and which service is away. */
  async function read() {
    const { items } = await get(commands, { signal });
    const away = [];
    for (const { resource, enabled } of items.filter(item => item.command === "start")) {
      if (!buttons.has(resource))
        add(resource, "", waits[resource], () => run(resource, buttons.get(resource).dataset.command));

      buttons.get(resource).dataset.command = enabled ? "start" : "stop";
      buttons.get(resource).textContent = `${enabled ? "Start" : "Stop"} ${titleOf(resource)}`;
      if (enabled)
        away.push(resource);
    }

    for (const { resource, command } of items.filter(item => streams[item.command])) {
      if (!buttons.has(command))
        add(command, ...streams[command], () => run(resource, command));
    }

    onAway(away);
  }

  async function run(resource, command) {
    return (await post(`${commands}/${resource}/${command}`, undefined, { signal })).message;
  }

  async function buy(paymentToken) {
    const { items } = await get("/api/products?limit=50", { signal });
    const [product] = items.filter(item => item.available > 0).sort((one, other) => other.available - one.available);
    if (!product)
      return "Everything is sold out. Raise the stock of a product first.";

    const order = await post("/api/orders", {
      lines: [{ productId: product.id, quantity: 1 }],
      shipTo: { name: "Operator", line1: "Invalidenstr. 1", city: "Berlin", postalCode: "10115", country: "DE" },
      paymentToken,
    }, { headers: { "Idempotency-Key": crypto.randomUUID() }, signal });
    onBought(order);
    return `Bought: one “${product.name}”. Watch it travel.`;
  }
}
