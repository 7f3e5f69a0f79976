/** Who I am: name, password, addresses, signing out, leaving. */
import { h, field, say, skeleton, showErrors, messageBox } from "../dom.js";
import { call, get, post, put, explain, Refusal } from "../api.js";
import { session } from "../session.js";
import { cart } from "../cart.js";
import { onDay } from "../words.js";
import { addressFields, addressOf, addressLines } from "../address.js";

export const needs = "user";

export default async function account({ show, go, signal }) {
  show("Account", h("h1", {}, "Your account"), skeleton("bone-block"));
  const [me, book] = await Promise.all([
    get("/api/users/me", { signal }), get("/api/users/me/addresses", { signal })]);
  show("Account",
    h("div", { class: "title" },
      h("div", {}, h("h1", {}, `Hello, ${me.name}`),
        h("p", { class: "soft" }, `${me.email}, customer since ${onDay(me.registeredAt)}`)),
      h("button", { class: "button quiet", async onclick() {
        go("/", { replace: true });
        cart.forget();
        await session.signOut();
        say("You are signed out");
      } }, "Sign out")),
    h("div", { class: "tiles" },
      panel("Profile", profile(me, signal)),
      panel("Password", password(signal)),
      panel("Addresses", addresses(book.items, signal)),
      panel("Leave", leave(go))));
}

const panel = (title, ...content) => h("section", { class: "panel stack" }, h("h2", {}, title), ...content);

/** A form whose failures show in it and whose success is said. */
function formOf(done, run, button, ...fields) {
  const message = messageBox();
  const submit = h("button", { class: "button quiet" }, button);
  const form = h("form", { novalidate: true }, message, fields, submit);
  form.addEventListener("submit", async event => {
    event.preventDefault();
    message.show();
    submit.disabled = true;
    try {
      await run(form);
      message.className = "notice good";
      message.show(done);
    } catch (error) {
      message.className = "notice bad";
      message.show(error instanceof Refusal ? showErrors(form, error.problem) : explain(error));
    } finally {
      submit.disabled = false;
    }
  });
  return form;
}

function profile(me, signal) {
  let tag = me.etag;
  return formOf("Your name is changed.", async form => {
    const changed = await call("PATCH", "/api/users/me",
      { body: { name: form.elements.name.value }, headers: { "If-Match": tag }, signal });
    tag = changed.etag;
  }, "Save", field("Name", h("input", { name: "name", autocomplete: "name", value: me.name, maxlength: 200 })));
}

const password = signal => formOf("Your password is changed. Your other sessions have ended.", async form => {
  const { currentPassword, newPassword } = form.elements;
  await put("/api/users/me/password",
    { currentPassword: currentPassword.value, newPassword: newPassword.value }, { signal });
  form.reset();
}, "Change password",
field("Current password", h("input", { name: "currentPassword", type: "password", autocomplete: "current-password" })),
field("New password", h("input", { name: "newPassword", type: "password", autocomplete: "new-password" }),
  "At least 12 characters."));

function addresses(known, signal) {
  const list = h("ul", { class: "stack" });
  const wrong = messageBox();
  const add = h("details", {}, h("summary", {}, "Add an address"), formOf("The address is kept.", async form => {
    known = [...known, await post("/api/users/me/addresses", addressOf(form), { signal })];
    draw();
    form.reset();
  }, "Keep it", addressFields()));
  draw();
  return h("div", { class: "stack" }, wrong, list, add);

  function draw() {
    list.replaceChildren(...known.length === 0 ? [h("li", { class: "soft" }, "None yet.")] : known.map(address =>
      h("li", { class: "row apart" },
        h("address", {}, address.name, h("br"), h("span", { class: "soft" }, addressLines(address))),
        h("button", { class: "link", "aria-label": `Remove ${addressLines(address)}`, onclick: () => remove(address) },
          "Remove"))));
  }

  async function remove(address) {
    wrong.show();
    try {
      await call("DELETE", `/api/users/me/addresses/${address.id}`, { headers: { "If-Match": "*" }, signal });
      known = known.filter(other => other !== address);
      draw();
      say("The address is removed");
    } catch (error) {
      wrong.show(explain(error));
    }
  }
}

const leave = go => h("details", {},
  h("summary", {}, "Delete my account"),
  h("p", { class: "soft" }, "Your name, addresses and sessions are deleted at once. Orders stay, without your name, ",
    "because the books must."),
  formOf("Your account is deleted.", async form => {
    await call("DELETE", "/api/users/me", { body: { password: form.elements.password.value } });
    go("/", { replace: true });
    await session.signOut();
  }, "Delete for ever", field("Password", h("input", { name: "password", type: "password",
    autocomplete: "current-password", id: "leave-password" }))));
