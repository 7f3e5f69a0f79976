/** Elements without markup in strings: so no text of anybody can become markup, and the policy can forbid it. */
const svgTags = new Set(["svg", "path", "circle", "ellipse", "rect", "g", "line", "polyline", "text", "title"]);

/** An element. Properties that begin with "on" are listeners, true is an empty attribute, false and null are none. */
export function h(tag, properties, ...children) {
  const element = svgTags.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on"))
      element.addEventListener(name.slice(2), value);
    else if (name === "value")
      element.value = value;
    else if (value === true)
      element.setAttribute(name, "");
    else if (value !== false && value != null)
      element.setAttribute(name, value);
  }

  element.append(...children.flat(Infinity).filter(child => child != null && child !== false));
  return element;
}

/** Tells screen readers what a sighted person sees happen. */
export function say(text) {
  const said = document.getElementById("said");
  // The same text twice would be silent.
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}

export function skeleton(...sizes) {
  return h("div", { "aria-hidden": "true", class: "stack" }, sizes.map(size => h("div", { class: `bone ${size}` })));
}

/** An input with its label, its hint and a place for what is wrong with it. */
export function field(label, input, hint) {
  const id = input.id || (input.id = `f-${input.name}`);
  const about = h("p", { class: "hint", id: `${id}-hint` }, hint ?? "");
  about.hidden = !hint;
  if (hint)
    input.setAttribute("aria-describedby", about.id);

  return h("div", { class: "field" }, h("label", { for: id }, label), input, about);
}

/** Shows a validation problem at its fields; what belongs to none is returned. */
export function showErrors(form, problem, nameOf = name => name) {
  form.querySelectorAll(".wrong").forEach(wrong => wrong.remove());
  form.querySelectorAll("[aria-invalid]").forEach(input => input.removeAttribute("aria-invalid"));
  const others = [];
  let first;
  for (const [name, messages] of Object.entries(problem?.errors ?? {})) {
    const input = form.elements[nameOf(name)];
    if (!(input instanceof HTMLElement)) {
      others.push(...messages);
      continue;
    }

    const wrong = h("p", { class: "wrong", id: `${input.id}-wrong` }, messages.join(" "));
    input.closest(".field").append(wrong);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${wrong.id}`.trim());
    first ??= input;
  }

  first?.focus();
  return problem?.errors ? others.join(" ") : problem?.detail ?? "Something went wrong.";
}

/** A place for one message above a form, which is read out when it appears. */
export function messageBox() {
  const box = h("p", { class: "notice bad", role: "alert", hidden: true });
  return Object.assign(box, {
    show(text) {
      box.hidden = !text;
      box.textContent = text ?? "";
    },
  });
}
