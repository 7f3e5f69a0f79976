/** Who is here: find, lock, unlock, appoint. */
import { h, messageBox, say } from "../dom.js";
import { get, post, put, explain } from "../api.js";
import { onDay } from "../words.js";
import { session } from "../session.js";
import { table } from "./desk.js";

export default async function accounts({ show, signal, query, go }) {
  const words = query.get("q") ?? "";
  const message = messageBox();
  const list = h("section", { class: "panel" });
  const find = h("form", { class: "row find", role: "search" },
    h("label", { class: "unseen", for: "find-account" }, "E-mail begins with"),
    h("input", { id: "find-account", name: "q", type: "search", value: words, placeholder: "E-mail begins with" }),
    h("button", { class: "button quiet" }, "Find"));
  find.addEventListener("submit", event => {
    event.preventDefault();
    go(`/operator/accounts?q=${encodeURIComponent(find.elements.q.value.trim())}`);
  });
  await read();
  show("Accounts", h("div", { class: "title" }, h("h1", {}, "Accounts"), find), message, list);

  async function read() {
    const page = await get(`/api/users?limit=50${words ? `&search=${encodeURIComponent(words)}` : ""}`, { signal });
    list.replaceChildren(table("Accounts", ["E-mail", "Name", "Role", "Since", "State", ""], page.items.map(account => [
      account.email, account.name, account.role, onDay(account.registeredAt),
      account.lockedAt ? `locked: ${account.lockReason ?? "no reason given"}` : "open",
      account.id === session.user.id ? "you" : h("span", { class: "row" },
        button(account.lockedAt ? "Unlock" : "Lock", account, () => account.lockedAt
          ? post(`/api/users/${account.id}/unlock`, undefined, { signal })
          : post(`/api/users/${account.id}/lock`, { reason: "Locked at the desk" }, { signal })),
        button(account.role === "operator" ? "Make customer" : "Make operator", account, () =>
          put(`/api/users/${account.id}/role`,
            { role: account.role === "operator" ? "customer" : "operator" }, { signal })))]), "Nobody found."));
  }

  function button(name, account, run) {
    return h("button", { class: "button quiet small", "aria-label": `${name}: ${account.email}`, async onclick() {
      message.show();
      try {
        await run();
        await read();
        say(`${name}: done`);
      } catch (error) {
        message.show(explain(error));
      }
    } }, name);
  }
}
