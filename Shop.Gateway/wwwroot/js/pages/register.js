/** A new account, signed in at once. */
import { h, field, showErrors, messageBox } from "../dom.js";
import { post, explain, Refusal } from "../api.js";
import { session } from "../session.js";
import { safe } from "./sign-in.js";

export default async function register({ show, go, query }) {
  const next = safe(query.get("next"));
  if (session.user)
    return go(next, { replace: true });

  const message = messageBox();
  const submit = h("button", { class: "button wide" }, "Create account");
  const form = h("form", { class: "panel", novalidate: true },
    message,
    field("Name", h("input", { name: "name", autocomplete: "name", required: true, maxlength: 200 })),
    field("E-mail", h("input", { name: "email", type: "email", autocomplete: "username", required: true,
      maxlength: 320 })),
    field("Password", h("input", { name: "password", type: "password", autocomplete: "new-password", required: true,
      maxlength: 128 }), "At least 12 characters. A few words that you remember are better than one with symbols."),
    submit);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    message.show();
    submit.disabled = true;
    const [name, email, password] = ["name", "email", "password"].map(field => form.elements[field].value);
    try {
      await post("/api/users", { name, email, password }, { asGuest: true });
      const { ok } = await session.signIn(email, password);
      // Whether the address had an account already is told only to whoever knows its password.
      if (ok)
        return go(next, { replace: true });

      message.show("Please sign in. If you already have an account, use its password.");
    } catch (error) {
      message.show(error instanceof Refusal ? showErrors(form, error.problem) : explain(error));
    } finally {
      submit.disabled = false;
    }
  });
  show("Create an account", h("div", { class: "narrow stack" },
    h("h1", {}, "Create an account"),
    form,
    h("p", {}, "Already a customer? ", h("a", { href: `/sign-in?next=${encodeURIComponent(next)}` }, "Sign in"))));
}
