/** The operator's desk: one frame, and a page for each kind of work. */
import { h } from "../dom.js";
import { session } from "../session.js";

export const needs = "user";

const tabs = [
  ["", "Orders", () => import("./orders.js")],
  ["letters", "Dead letters", () => import("./letters.js")],
  ["products", "Products", () => import("./products.js")],
  ["books", "Books", () => import("./books.js")],
  ["accounts", "Accounts", () => import("./accounts.js")],
  ["keys", "Signing keys", () => import("./keys.js")],
];

export default async function desk({ show, signal, parameters: [page = "", id], query, go }) {
  if (!session.user.isOperator) {
    show("Desk", h("section", { class: "empty" }, h("h1", {}, "This desk is for operators"),
      h("p", {}, "Your account is a customer's. In Development there is one for operators; the start of the shop "
        + "prints it.")));
    return;
  }

  const menu = h("nav", { class: "tabs", "aria-label": "Desk" }, tabs.map(([path, name]) =>
    h("a", { href: path ? `/operator/${path}` : "/operator", "aria-current": path === page ? "page" : null }, name)));
  const frame = (title, ...content) => show(`Desk: ${title}`, menu, ...content);
  const load = page === "orders" ? () => import("./order.js") : tabs.find(([path]) => path === page)?.[2];
  if (!load) {
    frame("Not found", h("h1", {}, "There is no such page"));
    return;
  }

  const { default: draw } = await load();
  await draw({ show: frame, signal, id, query, go });
}

export function table(label, heads, rows, empty) {
  return rows.length === 0
    ? h("p", { class: "soft" }, empty)
    : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      h("table", {}, h("thead", {}, h("tr", {}, heads.map(head => h("th", { scope: "col" }, head)))),
        h("tbody", {}, rows.map(cells => h("tr", {}, cells.map(cell => h("td", {}, cell)))))));
}
