/** The cart of whoever is here. Changes show at once and are taken back when the shop refuses them. */
import { get, put } from "./api.js";

const empty = { lines: [], total: null, gone: [], unavailable: false };

class Cart extends EventTarget {
  #view = empty;
  #loading = null;
  #saving = Promise.resolve();

  get view() {
    return this.#view;
  }

  get count() {
    return this.#view.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  load() {
    return this.#loading = get("/api/cart").then(view => {
      this.#show(view);
      return view;
    });
  }

  /** Reads it unless that was done: the whole cart is saved at once, so nothing of it must be unknown. */
  loaded() {
    return this.#loading?.catch(() => this.load()) ?? this.load();
  }

  /** Sets how many of a product are in the cart; zero takes it out. One change after another. */
  async set(product, quantity) {
    await this.loaded();
    const before = this.#view;
    const line = before.lines.find(known => known.productId === product.id);
    const lines = line
      ? before.lines.map(known => known === line ? { ...known, quantity, total: times(known.price, quantity) } : known)
      : [...before.lines, {
        productId: product.id, sku: product.sku, name: product.name, price: product.price, quantity,
        total: times(product.price, quantity), available: product.available,
      }];
    this.#show({ ...before, ...sum(lines.filter(known => known.quantity > 0)) });
    await (this.#saving = this.#saving.catch(() => {}).then(() => this.#save()));
  }

  async add(product, quantity) {
    await this.loaded();
    const known = this.#view.lines.find(line => line.productId === product.id)?.quantity ?? 0;
    await this.set(product, Math.min(99, known + quantity));
  }

  forget() {
    this.#show(empty);
  }

  async #save() {
    const lines = this.#wanted();
    try {
      const saved = await put("/api/cart", { lines }, { keepalive: true });
      // What was changed meanwhile is saved next.
      if (JSON.stringify(lines) === JSON.stringify(this.#wanted()))
        this.#show(saved);
    } catch (error) {
      await this.load().catch(() => {});
      throw error;
    }
  }

  #wanted() {
    return this.#view.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  }

  #show(view) {
    this.#view = view;
    this.dispatchEvent(new Event("change"));
  }
}

const times = (price, quantity) => ({ ...price, amount: price.amount * quantity });

const sum = lines => ({
  lines,
  total: lines.length === 0 ? null : {
    amount: lines.reduce((all, line) => all + line.total.amount, 0), currency: lines[0].price.currency,
  },
});

export const cart = new Cart();
