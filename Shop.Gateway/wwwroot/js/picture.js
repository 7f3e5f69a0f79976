/** A picture for each product, drawn here: the same product always looks the same. */
import { h } from "./dom.js";
import { motifs, vase } from "./motifs.js";

// Ground, and the colours that motifs call a, b and c.
const palettes = [
  ["#ece1cf", "#b57c4a", "#63412a", "#fbf5ea"],
  ["#dbe5d8", "#6c8d76", "#34503f", "#f4f8f2"],
  ["#f0dacd", "#bf6547", "#6e3324", "#fcefe8"],
  ["#d9e3ea", "#668499", "#2f4757", "#f4f8fb"],
  ["#f4e5bd", "#cf952b", "#6f4d16", "#fef8e6"],
  ["#e5dae4", "#85607f", "#4a3347", "#f8f2f7"],
];

/** A number from the product's id and SKU: FNV-1a. */
function numberOf(product) {
  let number = 0x811c9dc5;
  for (const letter of `${product.id ?? product.productId}${product.sku}`)
    number = Math.imul(number ^ letter.charCodeAt(0), 0x01000193) >>> 0;

  return number;
}

export function picture(product, { label } = {}) {
  const number = numberOf(product);
  const [ground, a, b, c] = palettes[number % palettes.length];
  const colours = { a, b, c };
  const name = product.name.toLowerCase();
  const shapes = motifs.find(([words]) => words.test(name))?.[1] ?? vase(number >>> 3);
  const sun = 40 + (number >>> 5) % 120;
  const coloured = properties => Object.fromEntries(Object.entries(properties).map(([key, value]) =>
    [key, (key === "fill" || key === "stroke") && colours[value] || value]));
  return h("div", { class: "picture" },
    h("svg", { viewBox: "0 0 200 200", ...label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" } },
      h("rect", { width: 200, height: 200, fill: ground }),
      h("circle", { cx: sun, cy: 64, r: 46, fill: c, opacity: ".55" }),
      h("rect", { y: 164, width: 200, height: 36, fill: a, opacity: ".22" }),
      h("ellipse", { cx: 100, cy: 168, rx: 70, ry: 7, fill: b, opacity: ".18" }),
      shapes.map(([tag, properties]) => h(tag, coloured(properties)))));
}
