/** An address: its fields in a form, and how it is read. */
import { h, field } from "./dom.js";
import { countries } from "./words.js";

export function addressFields(address = {}) {
  const input = (name, autocomplete, maxlength, required = true) => h("input", {
    name, autocomplete, maxlength, required, value: address[name] ?? "", id: `address-${name}`,
  });
  return h("div", {},
    field("Name", input("name", "name", 200)),
    field("Street and number", input("line1", "address-line1", 200)),
    field("Further line (optional)", input("line2", "address-line2", 200, false)),
    h("div", { class: "fields" },
      field("Postal code", input("postalCode", "postal-code", 20)),
      field("City", input("city", "address-level2", 100))),
    field("Country", h("select", { name: "country", autocomplete: "country", id: "address-country" },
      Object.entries(countries).map(([code, name]) =>
        h("option", { value: code, selected: code === (address.country ?? "DE") }, name)))));
}

export function addressOf(form) {
  const value = name => form.elements[name].value.trim();
  return {
    name: value("name"), line1: value("line1"), ...value("line2") && { line2: value("line2") },
    city: value("city"), postalCode: value("postalCode"), country: value("country"),
  };
}

export const addressLines = ({ line1, line2, city, postalCode, country }) =>
  [line1, line2, `${postalCode} ${city}`, countries[country] ?? country].filter(Boolean).join(", ");
