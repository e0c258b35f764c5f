// @ts-check
/** Who is signed in: authorization code with PKCE (RFC 7636) at the identity provider, then refresh tokens. */

import { language } from "./texts.js";

const CLIENT = "diancai-web";
const PROVIDER = "/api/catalog/oidc";
const RENEW_MILLISECONDS = 60_000; // ahead of the end, so that no request goes out with a token that ends on its way
const BYTES = 48;

let access = "";
let endsAt = 0;
let turn = 0; // what was asked for in an earlier one is dropped
/** @type {Promise<boolean> | null} */
let renewing = null;

const kept = {
  /** @param {string} name */
  get: (name) => sessionStorage.getItem(`diancai.${name}`),
  /** @param {string} name @param {string} value */
  set: (name, value) => sessionStorage.setItem(`diancai.${name}`, value),
  /** @param {string} name */
  drop: (name) => sessionStorage.removeItem(`diancai.${name}`),
};

/** Browsers make checksums on secure pages only: https, or this very machine. */
export const canSignIn = () => Boolean(window.crypto?.subtle);

const home = () => `${location.origin}/`;

/** @param {Uint8Array} bytes */
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const random = () => base64url(crypto.getRandomValues(new Uint8Array(BYTES)));

/** Leaves for the page to sign in on; it comes back here. */
export async function signIn() {
  const verifier = random();
  const state = random();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  kept.set("verifier", verifier);
  kept.set("state", state);
  const asked = {
    response_type: "code",
    client_id: CLIENT,
    redirect_uri: home(),
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    state,
    ui_locales: language(),
  };
  location.assign(`${PROVIDER}/authorize?${new URLSearchParams(asked).toString()}`);
}

/** Goes on with what the address or an earlier page of this tab brings; says whether somebody is signed in. */
export async function resume() {
  const said = new URLSearchParams(location.search);
  const code = said.get("code");
  if (code || said.has("error")) history.replaceState(null, "", `${location.pathname}${location.hash}`);
  if (code) {
    const verifier = kept.get("verifier");
    const isOurs = verifier !== null && said.get("state") === kept.get("state");
    kept.drop("verifier");
    kept.drop("state");
    if (isOurs) return take({ grant_type: "authorization_code", code, redirect_uri: home(), code_verifier: verifier });
  }
  return renew();
}

/** The token to send, new where the one in hand is about to end; null when nobody is signed in. */
export async function bearer() {
  if (Date.now() > endsAt - RENEW_MILLISECONDS && !(await renew())) return null;
  return access;
}

/** The token was refused: the next one is asked for. */
export function distrust() {
  endsAt = 0;
}

/** Ends what came of this sign-in, at the provider and here. */
export function signOut() {
  const token = kept.get("refresh");
  const body = new URLSearchParams({ token: token ?? "" });
  if (token) fetch(`${PROVIDER}/revoke`, { method: "POST", body, keepalive: true }).catch(() => null);
  leave("out");
}

/**
 * Begins anew with an empty page, so that nothing of what was shown stays for whoever sits down next.
 * @param {"out" | "over"} why
 */
export function leave(why) {
  forget();
  kept.set("why", why);
  location.replace(location.pathname);
}

/** Why the page before this one was left; once. */
export function whyLeft() {
  const why = kept.get("why");
  kept.drop("why");
  return why;
}

function forget() {
  turn++;
  access = "";
  endsAt = 0;
  kept.drop("refresh");
}

/** One at a time: a refresh token that is used twice ends the sign-in. */
function renew() {
  const token = kept.get("refresh");
  if (!token) return Promise.resolve(false);
  renewing ??= take({ grant_type: "refresh_token", refresh_token: token }).finally(() => (renewing = null));
  return renewing;
}

/**
 * @param {Record<string, string>} fields
 * @throws when the provider is away and the token in hand has ended: nobody is signed out for that
 */
async function take(fields) {
  const asked = turn;
  const body = new URLSearchParams({ ...fields, client_id: CLIENT });
  const response = await fetch(`${PROVIDER}/token`, { method: "POST", body }).catch(() => null);
  if (response === null || response.status >= 500 || response.status === 429) {
    if (Date.now() < endsAt) return true;
    throw new Error("the identity provider is away");
  }
  const tokens = await response.json();
  if (asked !== turn) return false;
  if (!response.ok) {
    forget();
    return false;
  }
  access = tokens.access_token;
  endsAt = Date.now() + tokens.expires_in * 1000;
  kept.set("refresh", tokens.refresh_token);
  return true;
}
