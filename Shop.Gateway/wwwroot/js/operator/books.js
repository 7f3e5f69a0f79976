/** Our payments against the bank's record. */
import { h, messageBox } from "../dom.js";
import { get, post, explain } from "../api.js";
import { money, exactly } from "../words.js";
import { table } from "./desk.js";

export default async function books({ show, signal }) {
  const message = messageBox();
  const report = h("section", { class: "panel stack", hidden: true });
  const list = h("section", { class: "panel stack" });
  const compare = h("button", { class: "button", onclick: run }, "Compare now");
  await read();
  show("Books", h("div", { class: "title" }, h("h1", {}, "Books"), compare), message, report, list);

  async function run() {
    message.show();
    compare.disabled = true;
    try {
      shown(await post("/api/payments/reconciliations", undefined, { signal }));
      await read();
    } catch (error) {
      message.show(explain(error));
    } finally {
      compare.disabled = false;
    }
  }

  async function read() {
    const page = await get("/api/payments/reconciliations?limit=10", { signal });
    list.replaceChildren(h("h2", {}, "The last comparisons"), table("Comparisons",
      ["Started", "State", "Compared", "Under way", "Differences", ""],
      page.items.map(item => [exactly(item.startedAt), item.status, String(item.compared), String(item.underWay),
        item.found === 0 ? "none" : h("b", {}, String(item.found)),
        h("button", { class: "link", "aria-label": `Show the comparison of ${exactly(item.startedAt)}`,
          async onclick() {
            shown(await get(`/api/payments/reconciliations/${item.id}`, { signal }));
          } }, "Show")]), "The books were never compared."));
  }

  function shown(run) {
    report.hidden = false;
    report.replaceChildren(h("h2", {}, `${run.compared} records compared: ${run.found} differences`),
      table("Differences", ["Order", "Record", "What", "Ours", "The bank's"], run.differences.map(difference => [
        difference.orderId ? h("a", { href: `/operator/orders/${difference.orderId}` }, difference.orderId.slice(-12))
          : "unknown", difference.record, difference.kind, side(difference.ours), side(difference.theirs)]),
      "Both say the same."));
  }
}

const side = entry => entry ? `${entry.status}, ${money(entry.amount)}` : "nothing";
