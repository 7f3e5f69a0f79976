/** Shows the page that the address asks for, and goes from page to page without loading everything again. */
import { h, say } from "./dom.js";
import { explain, Refusal } from "./api.js";
import { session } from "./session.js";
import { cart } from "./cart.js";
import { drawMenu } from "./header.js";

const pages = [
  [/^\/$/, () => import("./pages/catalogue.js")],
  [/^\/products\/([^/]+)$/, () => import("./pages/product.js")],
  [/^\/cart$/, () => import("./pages/cart.js")],
  [/^\/checkout$/, () => import("./pages/checkout.js")],
  [/^\/sign-in$/, () => import("./pages/sign-in.js")],
  [/^\/register$/, () => import("./pages/register.js")],
  [/^\/orders$/, () => import("./pages/orders.js")],
  [/^\/orders\/([^/]+)$/, () => import("./pages/order.js")],
  [/^\/account$/, () => import("./pages/account.js")],
  [/^\/operator(?:\/([^/]+)(?:\/([^/]+))?)?$/, () => import("./operator/desk.js")],
  [/^\/how-it-works$/, () => import("./pages/how-it-works.js")],
];

const main = document.getElementById("main");
const search = document.getElementById("search");
let leave = new AbortController();
let isFirst = true;

/** Goes to another page of the shop. */
export function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  return showPage();
}

async function showPage() {
  leave.abort();
  leave = new AbortController();
  const { signal } = leave;
  const { pathname, searchParams } = new URL(location.href);
  const [, load] = pages.find(([pattern]) => pattern.test(pathname)) ?? [];
  const parameters = pages.find(([pattern]) => pattern.test(pathname))?.[0].exec(pathname).slice(1) ?? [];
  search.value = pathname === "/" ? searchParams.get("q") ?? "" : "";
  drawMenu();
  let moved = isFirst;

  // A page may show itself several times: first its skeleton, then what it has read.
  function show(title, ...content) {
    if (signal.aborted)
      return;

    document.title = title ? `${title} · Shop` : "Shop";
    const focused = main.contains(document.activeElement) && document.activeElement;
    main.replaceChildren(...content.flat().filter(Boolean));
    main.setAttribute("aria-busy", String(main.querySelector(".bone") !== null));
    if (!moved && !main.querySelector(".bone")) {
      moved = true;
      // Where a new document would begin; what had the focus is gone.
      const heading = main.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      (heading ?? main).focus({ preventScroll: true });
      say(document.title);
    } else if (moved && focused && focused !== main) {
      // Somebody is using the page while it changes: the same button, drawn anew, keeps the focus.
      const again = [...main.querySelectorAll(focused.tagName)].find(element =>
        element.tagName === "H1" || (element.id === focused.id && element.textContent === focused.textContent));
      if (again?.tagName === "H1")
        again.setAttribute("tabindex", "-1");

      again?.focus({ preventScroll: true });
    }
  }

  if (!isFirst)
    scrollTo(0, 0);

  isFirst = false;
  try {
    if (!load)
      throw new Refusal(404, { detail: "There is no such page." });

    await session.token();
    drawMenu();
    const page = await load();
    if (page.needs === "user" && !session.user)
      return go(`/sign-in?next=${encodeURIComponent(pathname + location.search)}`, { replace: true });

    if (!signal.aborted)
      await page.default({ show, go, signal, parameters, query: searchParams });
  } catch (error) {
    if (signal.aborted)
      return;

    if (error instanceof Refusal && error.status === 401)
      return go(`/sign-in?next=${encodeURIComponent(pathname)}`, { replace: true });

    if (!(error instanceof Refusal))
      console.debug(error);

    const isMissing = error instanceof Refusal && error.status === 404;
    show(isMissing ? "Not found" : "Not available", h("section", { class: "empty" },
      h("h1", {}, isMissing ? "There is nothing here" : "This page can't be shown right now"),
      h("p", {}, explain(error)),
      h("div", { class: "row" },
        !isMissing && h("button", { class: "button", onclick: showPage }, "Try again"),
        h("a", { class: "button quiet", href: "/" }, "Back to the shop"))));
  }
}

addEventListener("popstate", showPage);
addEventListener("click", event => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey
    || event.altKey || link.target || link.origin !== location.origin)
    return;

  const to = new URL(link.href);
  if (!pages.some(([pattern]) => pattern.test(to.pathname)) || (to.hash && to.pathname === location.pathname))
    return;

  event.preventDefault();
  go(to.pathname + to.search);
});

search.form.addEventListener("submit", event => {
  event.preventDefault();
  if (location.pathname !== "/")
    go(`/?q=${encodeURIComponent(search.value)}`);
});
search.addEventListener("input", () => {
  if (location.pathname !== "/" && search.value.trim())
    go(`/?q=${encodeURIComponent(search.value)}`).then(() => search.focus());
});

// Signed in or out, here or in another tab: the page is another one, and so is the cart.
session.addEventListener("change", () => {
  cart.load().catch(() => {});
  if (!session.user && !isFirst)
    showPage();
});

await showPage();
cart.loaded().catch(() => {});
