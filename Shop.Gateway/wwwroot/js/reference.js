/** The API page asks as whoever is signed in to the shop, unless a token was entered there. */
import { session } from "./session.js";

export default {
  hideClientButton: true,
  showDeveloperTools: "never",
  telemetry: false,
  mcp: { disabled: true },
  agent: { disabled: true },
  async onBeforeRequest({ request, requestBuilder }) {
    // The builder is what is sent; older versions have only the request.
    const { headers } = requestBuilder ?? request;
    const token = headers.has("Authorization") ? null : await session.token();
    if (token)
      headers.set("Authorization", `Bearer ${token}`);
  },
};
