/** Sign in, and go on where it was asked for. */
import { h, field, messageBox } from "../dom.js";
import { session } from "../session.js";
import { Offline } from "../api.js";

export default async function signIn({ show, go, query }) {
  const next = safe(query.get("next"));
  if (session.user)
    return go(next, { replace: true });

  const message = messageBox();
  const submit = h("button", { class: "button wide" }, "Sign in");
  const form = h("form", { class: "panel" },
    message,
    field("E-mail", h("input", { name: "email", type: "email", autocomplete: "username", required: true,
      maxlength: 320 })),
    field("Password", h("input", { name: "password", type: "password", autocomplete: "current-password",
      required: true, maxlength: 128 })),
    submit);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    message.show();
    submit.disabled = true;
    try {
      const { ok, problem, retryAfter } =
        await session.signIn(form.elements.email.value, form.elements.password.value);
      if (ok)
        return go(next, { replace: true });

      message.show(retryAfter ? `${problem.detail} Try again in ${retryAfter} seconds.` : problem.detail);
    } catch (error) {
      message.show(new Offline().message);
    } finally {
      submit.disabled = false;
    }
  });
  show("Sign in", h("div", { class: "narrow stack" },
    h("h1", {}, "Sign in"),
    form,
    h("p", {}, "New here? ", h("a", { href: `/register?next=${encodeURIComponent(next)}` }, "Create an account"))));
}

/** Only pages of ours. */
export function safe(path) {
  return path?.startsWith("/") && new URL(path, location.origin).origin === location.origin ? path : "/";
}
