/** The shop's HTTP interface: JSON, problems, tokens. Everything that goes over the network passes here. */
import { session } from "./session.js";

/** The shop has refused: its problem (RFC 9457) says why. */
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `The shop answered ${status}.`);
    Object.assign(this, { status, problem, retryAfter });
  }
}

/** The shop could not be reached. */
export class Offline extends Error {
  constructor() {
    super("The shop can't be reached. Check your connection.");
  }
}

/** Whether the gateway has the commands of Development. Where it has none, nobody asks, and no 404 is reported. */
export const hasCommands = document.documentElement.dataset.commands === "yes";

const offline = document.getElementById("offline");

function showOffline(isOffline) {
  offline.hidden = !isOffline;
  offline.textContent = isOffline ? "You are offline. What you see may be out of date." : "";
}

addEventListener("offline", () => showOffline(true));
addEventListener("online", () => showOffline(false));

/**
 * Sends a request as whoever is signed in, and once more when the token was only too old. With a patience, in
 * milliseconds, no answer in time is a refusal: for a part of a page that can do without it.
 */
export async function send(method, path, { body, headers = {}, asGuest = false, ...options } = {}) {
  for (let attempt = 1; ; attempt++) {
    const token = asGuest ? null : await session.token();
    const response = await request(method, path, body, {
      ...headers,
      ...token && { Authorization: `Bearer ${token}` },
      ...body !== undefined && { "Content-Type": "application/json" },
    }, options);
    if (response.status !== 401 || !token || attempt > 1)
      return response;

    session.distrust(token);
  }
}

/** The answer's JSON, with its ETag when it has one; throws a Refusal for every status from 400. */
export async function call(method, path, options) {
  const response = await send(method, path, options);
  const text = await response.text();
  const json = text && /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : null;
  if (!response.ok)
    throw new Refusal(response.status, json, Number(response.headers.get("Retry-After")) || null);

  const tag = response.headers.get("ETag");
  return tag && json ? Object.defineProperty(json, "etag", { value: tag }) : json;
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { body, ...options });
export const put = (path, body, options) => call("PUT", path, { body, ...options });

async function request(method, path, body, headers, { signal, keepalive, patience }) {
  try {
    const response = await fetch(path, {
      method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body),
      signal: patience ? AbortSignal.any([signal, AbortSignal.timeout(patience)]) : signal,
    });
    showOffline(false);
    return response;
  } catch (error) {
    if (error.name === "AbortError")
      throw error;

    if (error.name === "TimeoutError")
      throw new Refusal(504, { detail: "This takes too long right now. Try again later." });

    showOffline(true);
    throw new Offline();
  }
}

/** What to tell somebody about a failure. */
export function explain(error) {
  if (error instanceof Refusal && error.status === 429)
    return `${error.message} Try again in ${error.retryAfter ?? "a few"} seconds.`;

  return error instanceof Refusal || error instanceof Offline ? error.message : "Something went wrong on this page.";
}
