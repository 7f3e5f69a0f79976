/** Messages that could not be handled: why, once more, or never. */
import { h, messageBox, say } from "../dom.js";
import { get, post, call, explain } from "../api.js";
import { exactly } from "../words.js";
import { services, titleOf } from "../trail.js";

export default async function letters({ show, signal }) {
  const message = messageBox();
  await draw();

  async function draw() {
    const pages = await Promise.all(services.map(service =>
      get(`/api/${service}/dead-letters`, { signal }).then(({ items }) => items, error => ({ error }))));
    show("Dead letters",
      h("div", { class: "title" }, h("h1", {}, "Dead letters")),
      message,
      services.map((service, index) => h("section", { class: "panel stack step" },
        h("h2", {}, `Given up by ${titleOf(service)}`),
        pages[index].error ? h("p", { class: "notice" }, explain(pages[index].error))
          : pages[index].length === 0 ? h("p", { class: "soft" }, "None: every message was handled.")
            : h("ul", { class: "stack" }, pages[index].map(letter => letterOf(service, letter))))));
  }

  function letterOf(service, letter) {
    const path = `/api/${service}/dead-letters/${letter.id}`;
    return h("li", { class: "letter stack" },
      h("div", { class: "row apart" },
        h("b", {}, letter.type ?? "A message that can't be read"),
        h("span", { class: "soft small" }, `${exactly(letter.at)} · ${letter.attempts} attempts`)),
      letter.subject && h("p", { class: "small" }, "About ",
        h("a", { href: `/operator/orders/${letter.subject}` }, letter.subject)),
      h("pre", { tabindex: "0" }, letter.cause),
      h("details", {}, h("summary", {}, "The message"), h("pre", { tabindex: "0" }, letter.content)),
      h("div", { class: "row" },
        h("button", { class: "button small", onclick: () =>
          attempt(() => post(`${path}/replay`, undefined, { signal }), "Handled once more") }, "Replay"),
        h("button", { class: "button bad small", onclick: () =>
          attempt(() => call("DELETE", path, { signal }), "Discarded") }, "Discard")));
  }

  async function attempt(run, done) {
    message.show();
    try {
      await run();
      say(done);
    } catch (error) {
      message.show(explain(error));
    }

    await draw();
  }
}
