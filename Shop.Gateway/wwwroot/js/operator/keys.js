/** The keys that sign access tokens. */
import { h, messageBox, say } from "../dom.js";
import { get, post, explain } from "../api.js";
import { exactly } from "../words.js";
import { table } from "./desk.js";

export default async function keys({ show, signal }) {
  const message = messageBox();
  const list = h("section", { class: "panel" });
  const rotate = h("button", { class: "button", async onclick() {
    message.show();
    try {
      const key = await post("/api/users/signing-keys/rotation", undefined, { signal });
      say(`A new key signs from ${exactly(key.activeFrom)}`);
      await read();
    } catch (error) {
      message.show(explain(error));
    }
  } }, "Publish a new key");
  await read();
  show("Signing keys", h("div", { class: "title" }, h("h1", {}, "Signing keys"), rotate), message,
    h("p", { class: "soft" },
      "A key is published before it signs, and verifies after it has retired, so that no token is refused."),
    list);

  async function read() {
    const { items } = await get("/api/users/signing-keys", { signal });
    list.replaceChildren(table("Signing keys", ["Key", "Made", "Signs from", "Retired"], items.map(key => [
      h("code", {}, key.id), exactly(key.createdAt), exactly(key.activeFrom),
      key.retiredAt ? exactly(key.retiredAt) : "–"]), "There is none."));
  }
}
