/**
 * Who is signed in. The refresh token is in a cookie that no script can read; the access token is only in this
 * variable, so it ends with the page. All tabs share one session: they refresh one after another and sign out together.
 */
const header = { "X-Shop-Session": "cookie" };
const path = "/api/users/session";
// Only whether to try, and as what: a visitor who never signed in need not be asked, and the menu need not change.
const known = "shop-signed-in";
const early = 30_000;
const tabs = new BroadcastChannel("shop-session");

let access = null;
let refreshing = null;

class Session extends EventTarget {
  /** What the token says of its owner; null for a guest. */
  get user() {
    return access && { id: access.claims.sub, isOperator: access.claims.role === "operator" };
  }

  /** The role that somebody probably has, before a token says so; null for a guest. */
  get likelyRole() {
    return access?.claims.role ?? localStorage.getItem(known);
  }

  /** A token that is good for a while; null for a guest. */
  async token() {
    if (access && access.expires - Date.now() > early)
      return access.token;

    if (!access && !localStorage.getItem(known))
      return null;

    await (refreshing ??= refresh().finally(() => refreshing = null));
    return access?.token ?? null;
  }

  /** The shop has refused this token: the next request gets another. */
  distrust(token) {
    if (access?.token === token)
      access.expires = 0;
  }

  async signIn(email, password) {
    const response = await fetch(path, {
      method: "POST",
      headers: { ...header, "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    const answer = await response.json();
    if (response.ok)
      begin(answer);

    return { ok: response.ok, problem: answer, retryAfter: response.headers.get("Retry-After") };
  }

  async signOut() {
    const token = access?.token;
    end();
    tabs.postMessage("signed-out");
    await fetch(path, {
      method: "DELETE", headers: { ...header, ...token && { Authorization: `Bearer ${token}` } }, keepalive: true,
    }).catch(() => {});
  }
}

export const session = new Session();

async function refresh() {
  await navigator.locks.request("shop-session", async () => {
    const response = await fetch(`${path}/refresh`, { method: "POST", headers: header }).catch(() => null);
    if (response?.ok)
      begin(await response.json());
    else if (response?.status === 401 || response?.status === 400 || response?.status === 403)
      end();
  });
}

function begin({ accessToken, expiresIn }) {
  const before = access?.claims.sub;
  const claims = JSON.parse(atob(accessToken.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  access = { token: accessToken, claims, expires: Date.now() + expiresIn * 1000 };
  localStorage.setItem(known, claims.role);
  if (before !== claims.sub)
    session.dispatchEvent(new Event("change"));
}

function end() {
  const was = access;
  access = null;
  localStorage.removeItem(known);
  if (was)
    session.dispatchEvent(new Event("change"));
}

tabs.addEventListener("message", () => end());
// A page that the browser brings back as it was must not show what its owner has signed out of.
addEventListener("pageshow", event => {
  if (event.persisted && access && !localStorage.getItem(known))
    end();
});
