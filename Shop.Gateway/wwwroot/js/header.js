/** The menu at the top: it follows the session and the cart. Nobody sees it change when the first token comes. */
import { h } from "./dom.js";
import { session } from "./session.js";
import { cart } from "./cart.js";
import { pieces } from "./words.js";

const menu = document.querySelector(".menu");

export function drawMenu() {
  const here = location.pathname;
  const link = (path, ...content) =>
    h("a", { href: path, "aria-current": here === path ? "page" : null }, ...content);
  const role = session.likelyRole;
  menu.replaceChildren(
    ...role === "operator" ? [link("/operator", "Desk")] : [],
    ...role
      ? [link("/orders", "Orders"), link("/account", "Account")]
      : [link("/sign-in", "Sign in")],
    link("/cart", "Cart", cart.count > 0 && h("span", { class: "count", "aria-label": pieces(cart.count) },
      String(cart.count))));
}

cart.addEventListener("change", drawMenu);
session.addEventListener("change", drawMenu);
