/** The cart: changes show at once and are saved behind. */
import { h, say, skeleton } from "../dom.js";
import { explain } from "../api.js";
import { money, pieces } from "../words.js";
import { picture } from "../picture.js";
import { cart } from "../cart.js";
import { stepper } from "../stepper.js";

export default async function cartPage({ show, signal }) {
  show("Cart", h("h1", {}, "Your cart"), skeleton("bone-block"));
  const wrong = h("p", { class: "notice bad", role: "alert", hidden: true });
  const lines = h("ul", {});
  const sums = h("div", {});
  await cart.load();
  cart.addEventListener("change", draw, { signal });
  draw();

  function draw() {
    const { view } = cart;
    if (view.unavailable) {
      show("Cart", h("section", { class: "empty" },
        h("h1", {}, "Carts can't be read right now"),
        h("p", {}, "What is in yours is kept, and will be here again soon."),
        h("a", { class: "button quiet", href: "/" }, "Back to the shop")));
      return;
    }

    if (view.lines.length === 0) {
      show("Cart", h("section", { class: "empty" },
        picture({ id: "empty", sku: "", name: "Canvas Bag" }),
        h("h1", {}, "Your cart is empty"),
        h("p", {}, "Whatever you put in stays here for a month, also when you sign in."),
        h("a", { class: "button", href: "/" }, "Look around")));
      return;
    }

    if (!lines.isConnected)
      show("Cart",
        h("div", { class: "title" }, h("h1", {}, "Your cart")),
        wrong,
        view.gone.length > 0 && h("p", { class: "notice" }, "Something in your cart is not sold any more."),
        h("div", { class: "split" }, lines, h("aside", { class: "panel", "aria-label": "Sum" }, sums)));

    // A line keeps its elements, so that its button keeps the focus while the numbers change.
    const known = new Map([...lines.children].map(line => [line.dataset.id, line]));
    lines.replaceChildren(...view.lines.map(line => {
      const element = known.get(line.productId) ?? lineOf(line);
      element.querySelector(".sum").textContent = money(line.total);
      return element;
    }));
    const isShort = view.lines.some(line => line.quantity > line.available);
    sums.replaceChildren(
      h("dl", { class: "sums" },
        h("dt", {}, pieces(cart.count)), h("dd", {}, money(view.total)),
        h("dt", {}, "Delivery"), h("dd", { class: "soft" }, "at checkout"),
        h("dt", { class: "total" }, "Total"), h("dd", { class: "total" }, money(view.total))),
      h("p", { class: "small soft" }, "Prices with VAT. Items are kept for you when you order, not before."),
      h("a", { class: "button wide", href: "/checkout" }, "Go to checkout"),
      isShort ? h("p", { class: "notice small" }, "There are fewer left of something than you want.") : "");
    sums.className = "stack";
  }

  function lineOf(line) {
    const most = Math.max(line.quantity, Math.min(99, line.available));
    const element = h("li", { class: "line" },
      picture(line),
      h("div", {},
        h("a", { class: "name", href: `/products/${line.productId}` }, line.name),
        h("p", { class: "small soft" }, money(line.price), line.available === 0 ? " · sold out"
          : line.available <= 5 ? ` · only ${line.available} left` : ""),
        h("div", { class: "controls" },
          stepper(line.quantity, most, `Quantity of ${line.name}`, quantity => set(line, quantity)),
          h("button", { class: "link small", "aria-label": `Remove ${line.name}`, onclick: () => set(line, 0) },
            "Remove"))),
      h("p", { class: "sum" }));
    element.dataset.id = line.productId;
    return element;
  }

  async function set(line, quantity) {
    wrong.hidden = true;
    try {
      const saved = cart.set({ ...line, id: line.productId }, quantity);
      if (quantity === 0) {
        say(`${line.name} was removed`);
        document.querySelector("h1")?.focus();
      }

      await saved;
    } catch (error) {
      wrong.textContent = explain(error);
      wrong.hidden = false;
    }
  }
}
