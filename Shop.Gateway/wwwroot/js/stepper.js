/** How many: two buttons and the number between them. */
import { h, say } from "./dom.js";

export function stepper(value, most, label, onChange, least = 1) {
  const shown = h("output", { "aria-label": label }, String(value));
  const less = h("button", { type: "button", "aria-label": `Less: ${label}`, onclick: () => set(value - 1) }, "−");
  const more = h("button", { type: "button", "aria-label": `More: ${label}`, onclick: () => set(value + 1) }, "+");
  draw();
  return h("div", { class: "stepper", role: "group", "aria-label": label }, less, shown, more);

  function set(next) {
    value = Math.min(most, Math.max(least, next));
    draw();
    say(String(value));
    onChange(value);
  }

  function draw() {
    shown.textContent = String(value);
    less.disabled = value <= least;
    more.disabled = value >= most;
  }
}
