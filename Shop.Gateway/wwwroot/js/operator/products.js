/** Names, prices and stock. Somebody else's change in between is shown, never overwritten. */
import { h, field, messageBox, showErrors, say } from "../dom.js";
import { get, put, post, explain, Refusal } from "../api.js";
import { money, exactly } from "../words.js";
import { table } from "./desk.js";

export default async function products({ show, signal, query, go }) {
  if (query.get("id"))
    return edit({ show, signal, id: query.get("id") });

  const words = query.get("q") ?? "";
  const page = await get(`/api/products?limit=100${words ? `&search=${encodeURIComponent(words)}` : ""}`, { signal });
  const find = h("form", { class: "row find", role: "search" },
    h("label", { class: "unseen", for: "find-product" }, "Search products"),
    h("input", { id: "find-product", name: "q", type: "search", value: words, placeholder: "Search products" }),
    h("button", { class: "button quiet" }, "Find"));
  find.addEventListener("submit", event => {
    event.preventDefault();
    go(`/operator/products?q=${encodeURIComponent(find.elements.q.value)}`);
  });
  show("Products", h("div", { class: "title" }, h("h1", {}, "Products"), find),
    h("section", { class: "panel" }, table("Products", ["Article", "Name", "Price", "Left"], page.items.map(product => [
      product.sku, h("a", { href: `/operator/products?id=${product.id}` }, product.name), money(product.price),
      String(product.available)]), "Nothing found.")));
}

async function edit({ show, signal, id }) {
  const message = messageBox();
  let product;
  await draw();

  async function draw() {
    const [found, stock] = await Promise.all([
      get(`/api/products/${id}`, { signal }), get(`/api/products/${id}/stock`, { signal })]);
    product = found;
    show(product.name,
      h("div", { class: "title" }, h("div", {},
        h("p", { class: "soft small" }, h("a", { href: "/operator/products" }, "Products")),
        h("h1", {}, product.name))),
      message,
      h("div", { class: "tiles" },
        h("section", { class: "panel stack" }, h("h2", {}, "In the catalogue"), form()),
        h("section", { class: "panel stack" },
          h("h2", {}, `Stock: ${stock.available} left, ${stock.reserved} kept for orders`), adjust(),
          table("Movements", ["When", "What", "Left", "Kept", "Why"], stock.movements.map(movement => [
            exactly(movement.at), movement.kind, sign(movement.available), sign(movement.reserved),
            movement.orderId ? h("a", { href: `/operator/orders/${movement.orderId}` }, "an order")
              : movement.reason ?? "–"]), "None."))));
  }

  function form() {
    const text = (name, label, more) =>
      field(label, h("input", { name, value: product[name], required: true, ...more, id: `product-${name}` }));
    const edit = h("form", {},
      text("sku", "Article"), text("name", "Name"),
      field("Description", h("textarea", { name: "description", rows: 4, id: "product-description",
        value: product.description })),
      field(`Price in ${product.price.currency}`, h("input", { name: "price", inputmode: "decimal", required: true,
        value: (product.price.amount / 100).toFixed(2), pattern: "[0-9]+([.,][0-9]{1,2})?", id: "product-price" })),
      h("button", { class: "button" }, "Save"));
    edit.addEventListener("submit", event => {
      event.preventDefault();
      const value = name => edit.elements[name].value;
      const price = Math.round(Number(value("price").replace(",", ".")) * 100);
      attempt(edit, () => put(`/api/products/${id}`, {
        sku: value("sku"), name: value("name"), description: value("description"),
        price: { ...product.price, amount: price },
      }, { headers: { "If-Match": product.etag }, signal }), "Saved");
    });
    return edit;
  }

  function adjust() {
    const change = h("form", { class: "fields" },
      field("Change", h("input", { name: "change", type: "number", required: true, placeholder: "+10 or -2" })),
      field("Why", h("input", { name: "reason", required: true, maxlength: 200 })),
      h("button", { class: "button quiet" }, "Adjust"));
    const key = crypto.randomUUID();
    change.addEventListener("submit", event => {
      event.preventDefault();
      attempt(change, () => post(`/api/products/${id}/stock`,
        { change: Number(change.elements.change.value), reason: change.elements.reason.value },
        { headers: { "Idempotency-Key": key }, signal }), "Adjusted");
    });
    return change;
  }

  async function attempt(target, run, done) {
    message.show();
    try {
      await run();
      await draw();
      say(done);
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) {
        const theirs = await get(`/api/products/${id}`, { signal });
        message.show(`Somebody changed it meanwhile: it is now “${theirs.name}” for ${money(theirs.price)}. `
          + "Nothing of yours was saved. Save once more to replace theirs.");
        product = Object.defineProperty({ ...product }, "etag", { value: theirs.etag });
        return;
      }

      message.show(error instanceof Refusal ? showErrors(target, error.problem) : explain(error));
    }
  }
}

const sign = number => number > 0 ? `+${number}` : String(number);
