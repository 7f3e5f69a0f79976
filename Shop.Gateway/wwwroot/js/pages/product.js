/** One product. */
import { h, say } from "../dom.js";
import { get, explain } from "../api.js";
import { money } from "../words.js";
import { picture } from "../picture.js";
import { cart } from "../cart.js";
import { stepper } from "../stepper.js";

export default async function product({ show, parameters: [id], signal }) {
  show("", h("div", { class: "product", "aria-hidden": "true" },
    h("div", { class: "picture bone" }), h("div", { class: "bone bone-block" })));
  const found = await get(`/api/products/${id}`, { signal, asGuest: true });
  let quantity = 1;
  const isSoldOut = found.available === 0;
  const wrong = h("p", { class: "notice bad", role: "alert", hidden: true });
  const done = h("p", { class: "notice good", hidden: true }, "It is in your cart. ",
    h("a", { href: "/cart" }, "Go to the cart"));
  const add = h("button", { class: "button", disabled: isSoldOut, onclick: addToCart },
    isSoldOut ? "Sold out" : "Add to cart");
  show(found.name, h("article", { class: "product" },
    picture(found, { label: `Drawing: ${found.name}` }),
    h("div", { class: "about" },
      h("a", { class: "small", href: "/" }, "All products"),
      h("h1", {}, found.name),
      h("p", { class: "price" }, money(found.price)),
      h("p", { class: "words" }, found.description),
      h("div", { class: "buy" },
        !isSoldOut && stepper(1, Math.min(99, found.available), "Quantity", value => quantity = value),
        add),
      wrong, done,
      h("ul", { class: "facts" },
        h("li", {}, isSoldOut ? "We have none left right now."
          : found.available <= 5 ? `Only ${found.available} left.` : "In stock, ready to be sent."),
        h("li", {}, "Germany: €4.90, free from €50. We send to most of Europe."),
        h("li", {}, "You can cancel until the parcel has left."),
        h("li", {}, `Article ${found.sku}`)))));

  async function addToCart() {
    wrong.hidden = true;
    add.disabled = true;
    try {
      await cart.add(found, quantity);
      done.hidden = false;
      say(`${found.name} is in your cart`);
    } catch (error) {
      done.hidden = true;
      wrong.textContent = explain(error);
      wrong.hidden = false;
    } finally {
      add.disabled = false;
    }
  }
}
