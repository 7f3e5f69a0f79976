/** Address, card, order. The same attempt has the same key, so pressing twice orders once. */
import { h, say, skeleton, showErrors, messageBox } from "../dom.js";
import { call, get, post, explain, Refusal } from "../api.js";
import { money, cards, pieces } from "../words.js";
import { cart } from "../cart.js";
import { addressFields, addressOf, addressLines } from "../address.js";

export const needs = "user";

export default async function checkout({ show, go, signal }) {
  show("Checkout", h("h1", {}, "Checkout"), skeleton("bone-block"));
  const [, book, me] = await Promise.all([
    cart.load(), get("/api/users/me/addresses", { signal }), get("/api/users/me", { signal })]);
  if (cart.view.lines.length === 0)
    return go("/cart", { replace: true });

  const known = book.items;
  let key = null;
  let keyOf = null;
  const message = messageBox();
  const fresh = h("div", { hidden: known.length > 0 }, addressFields({ name: me.name }),
    h("label", { class: "choice" }, h("input", { type: "checkbox", name: "keep", checked: true }),
      h("span", {}, "Keep this address for next time")));
  const submit = h("button", { class: "button wide" }, "Place the order");
  const sums = h("div", { class: "stack" });
  const form = h("form", { class: "split", novalidate: true },
    h("div", {},
      message,
      h("section", { class: "panel step" },
        h("fieldset", {}, h("legend", {}, "Where shall it go?"),
          known.map((address, index) => h("label", { class: "choice" },
            h("input", { type: "radio", name: "address", value: address.id, checked: index === 0 }),
            h("span", {}, address.name, h("span", { class: "small soft" }, addressLines(address))))),
          known.length > 0 && h("label", { class: "choice" },
            h("input", { type: "radio", name: "address", value: "" }), h("span", {}, "Another address")),
          fresh)),
      h("section", { class: "panel step" },
        h("fieldset", {}, h("legend", {}, "How do you pay?"),
          h("p", { class: "notice small" }, "This bank is simulated: no card is needed and no money moves. ",
            "Choose what you want to see."),
          cards.map(([token, name, effect], index) => h("label", { class: "choice" },
            h("input", { type: "radio", name: "card", value: token, checked: index === 0 }),
            h("span", {}, name, h("span", { class: "small soft" }, effect))))))),
    h("aside", { class: "panel stack", "aria-label": "Your order" },
      h("h2", {}, "Your order"),
      h("ul", { class: "stack" }, cart.view.lines.map(line => h("li", { class: "row apart" },
        h("span", {}, `${line.quantity} × ${line.name}`), h("span", {}, money(line.total))))),
      sums,
      submit,
      h("p", { class: "small soft" }, "You can cancel until the parcel has left.")));

  form.addEventListener("change", onChange);
  form.addEventListener("submit", onSubmit);
  show("Checkout", h("div", { class: "title" }, h("h1", {}, "Checkout")), form);
  await quote();

  function destination() {
    const chosen = known.find(address => address.id === form.elements.address?.value);
    return chosen ?? addressOf(form);
  }

  function onChange(event) {
    if (event.target.name === "address")
      fresh.hidden = Boolean(event.target.value);

    if (["address", "country", "postalCode"].includes(event.target.name))
      quote();
  }

  async function quote() {
    const { country, postalCode } = destination();
    const goods = cart.view.total;
    let shipping = null;
    let refusal = "";
    if (country && postalCode) {
      try {
        const parcel = { country, postalCode, items: cart.count, goods };
        const answer = await post("/api/shipping/quotes", parcel, { signal });
        shipping = answer.price;
        refusal = answer.serviceable ? "" : answer.reason;
      } catch {
        // Orders prices the delivery itself; a quote that is missing keeps nobody from ordering.
      }
    }

    const total = shipping && { ...goods, amount: goods.amount + shipping.amount };
    sums.replaceChildren(h("dl", { class: "sums" },
      h("dt", {}, pieces(cart.count)), h("dd", {}, money(goods)),
      h("dt", {}, "Delivery"),
      h("dd", {}, shipping ? shipping.amount === 0 ? "free" : money(shipping) : "depends on the address"),
      h("dt", { class: "total" }, "Total"),
      h("dd", { class: "total" }, total ? money(total) : `${money(goods)} + delivery`)),
    refusal ? h("p", { class: "notice bad small", role: "alert" }, `We can't deliver there: ${refusal}`) : "");
  }

  async function onSubmit(event) {
    event.preventDefault();
    message.show();
    const shipTo = addressOnly(destination());
    const body = {
      lines: cart.view.lines.map(({ productId, quantity }) => ({ productId, quantity })),
      shipTo,
      paymentToken: form.elements.card.value,
    };
    // Another order is another attempt; the same one again is not.
    if (keyOf !== JSON.stringify(body))
      [key, keyOf] = [crypto.randomUUID(), JSON.stringify(body)];

    submit.disabled = true;
    submit.textContent = "Placing your order …";
    try {
      const order = await post("/api/orders", body, { headers: { "Idempotency-Key": key }, signal });
      if (!fresh.hidden && form.elements.keep.checked)
        await post("/api/users/me/addresses", shipTo).catch(() => {});

      await emptyCart();
      say("Your order is placed");
      go(`/orders/${order.id}`, { replace: true });
    } catch (error) {
      if (signal.aborted)
        return;

      const text = error instanceof Refusal && error.problem?.errors
        ? showErrors(form, error.problem, name => name.replace("shipTo.", ""))
        : explain(error);
      message.show(text);
      submit.disabled = false;
      submit.textContent = "Place the order";
      if (error instanceof Refusal && error.status === 409)
        await cart.load().catch(() => {});
    }
  }
}

const addressOnly = ({ name, line1, line2, city, postalCode, country }) =>
  ({ name, line1, ...line2 && { line2 }, city, postalCode, country });

async function emptyCart() {
  await call("DELETE", "/api/cart").catch(() => {});
  cart.forget();
}
