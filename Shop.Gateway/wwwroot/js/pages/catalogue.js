/** The catalogue: search as you type, page by page. */
import { h, say } from "../dom.js";
import { get, explain } from "../api.js";
import { money } from "../words.js";
import { picture } from "../picture.js";

const size = 24;
const pause = 180;
const search = document.getElementById("search");

export default async function catalogue({ show, signal, query }) {
  let words = query.get("q") ?? "";
  const grid = h("ul", { class: "grid", id: "products" });
  const more = h("div", { class: "more" });
  const title = h("h1", { hidden: !words });
  const all = h("h2", { class: "unseen", hidden: Boolean(words) }, "All products");
  const hero = heroOf();
  let run = new AbortController();
  let timer;
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    run.abort();
  });

  grid.replaceChildren(...Array.from({ length: 8 }, () => h("li", { "aria-hidden": "true" },
    h("div", { class: "picture bone" }), h("div", { class: "bone bone-line" }))));
  show("", hero, h("div", { class: "title" }, title, all), grid, more);
  search.addEventListener("input", onInput, { signal });
  await load();

  function onInput() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      words = search.value.trim();
      history.replaceState(null, "", words ? `/?q=${encodeURIComponent(words)}` : "/");
      loadOrExplain();
    }, pause);
  }

  async function loadOrExplain(after) {
    try {
      await load(after);
    } catch (error) {
      endWait();
      if (!after)
        grid.replaceChildren();

      more.replaceChildren(h("div", { class: "empty", role: "alert" },
        h("p", {}, explain(error)),
        h("button", { class: "button quiet", onclick: () => loadOrExplain(after) }, "Try again")));
    }
  }

  /** Of several that are under way, as when somebody types, only the last one counts. */
  async function load(after) {
    run.abort();
    const mine = new AbortController();
    run = mine;
    const page = await get(
      `/api/products?limit=${size}${words ? `&search=${encodeURIComponent(words)}` : ""}`
        + (after ? `&after=${encodeURIComponent(after)}` : ""),
      { signal: mine.signal, asGuest: true }).catch(error => {
      if (!mine.signal.aborted)
        throw error;
    });
    if (mine.signal.aborted)
      return;

    endWait();
    hero.hidden = Boolean(words);
    title.hidden = !words;
    title.textContent = `“${words}”`;
    all.hidden = Boolean(words);
    const cards = page.items.map(card);
    if (after)
      grid.append(...cards);
    else
      grid.replaceChildren(...cards);

    if (after)
      cards[0]?.querySelector("a").focus();

    if (words)
      say(`${page.items.length}${page.next ? " and more" : ""} products found`);

    more.replaceChildren(...page.items.length === 0 && !after
      ? [h("div", { class: "empty" },
        h("h2", {}, "Nothing found"), h("p", {}, "Try another word, or the beginning of one."),
        h("button", { class: "button quiet", onclick: clear }, "Show everything"))]
      : page.next
        ? [h("button", { class: "button quiet", onclick: () => loadOrExplain(page.next) }, "Show more")]
        : []);
  }

  function clear() {
    search.value = "";
    search.focus();
    onInput();
  }
}

function endWait() {
  document.getElementById("main").setAttribute("aria-busy", "false");
}

function card(product) {
  const { available } = product;
  return h("li", { class: "card" },
    available === 0 ? h("span", { class: "tag" }, "Sold out")
      : available <= 5 ? h("span", { class: "tag" }, `Only ${available} left`) : null,
    picture(product),
    h("h2", {}, h("a", { href: `/products/${product.id}` }, product.name)),
    h("p", { class: "price" }, money(product.price)));
}

function heroOf() {
  const shown = [
    { id: "01968a30-0000-7000-8000-000000000002", sku: "LIT-1002", name: "Paper Moon Pendant" },
    { id: "01968a30-0000-7000-8000-000000000017", sku: "GAR-6001", name: "Copper Watering Can" },
    { id: "01968a30-0000-7000-8000-00000000000a", sku: "KIT-3002", name: "Pour-Over Coffee Set" },
  ];
  return h("section", { class: "hero", "aria-label": "Welcome" },
    h("div", {},
      h("h1", {}, "Things made to be kept"),
      h("p", {}, "Lamps, tableware and textiles from people who take their time. Sent free in Germany from €50.")),
    h("div", { class: "hero-pictures", "aria-hidden": "true" }, shown.map(product => picture(product))));
}
