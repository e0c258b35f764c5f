/**
 * Who is signed in: authorization code with PKCE (RFC 7636) at the identity provider. The access token stays in
 * memory. The refresh token is a cookie that no script reads, so a new tab is signed in as well.
 */
import { computed, ref } from "vue";

const CLIENT = "diancai-web";
const PROVIDER = "/api/catalog/oidc";
const EARLY_MILLISECONDS = 60_000;
/** No request goes out with a token that ends on its way. */
const RANDOM_BYTES = 48;
const LOCK = "diancai.refresh";
const ENDED = "diancai.signed-out";
/** Kept while this browser holds a cookie to renew with, which no script can see. */
const HOLDS = "diancai.signed-in";

export type Role = "coordinator" | "township_officer" | "clerk" | "team_leader" | "volunteer" | "auditor" | "operator" | "subscriber";

/** Who sees the circuit and gets messages; operators and other systems do neither. */
export const POST_HOLDERS: Role[] = ["coordinator", "township_officer", "clerk", "team_leader", "volunteer", "auditor"];

/** What an access token says of its owner. */
export interface Account {
  id: string;
  roles: Role[];
  township: string | null;
  team: string | null;
  volunteer: string | null;
}

/** Why nobody is signed in any more: by choice, by time, or because the password was changed. */
export type WhyLeft = "out" | "over" | "changed";

export class ProviderAway extends Error {}

let access = "";
let endsAt = 0;

export const account = ref<Account | null>(null);
export const isSignedIn = computed(() => account.value !== null);
export const whyLeft = ref<WhyLeft | null>(null);

export function has(...roles: Role[]): boolean {
  return roles.some((role) => account.value?.roles.includes(role));
}

/** Browsers compute checksums on secure pages only: https, or this very machine. */
export function canSignIn(): boolean {
  return Boolean(window.crypto.subtle);
}

const ended = "BroadcastChannel" in window ? new BroadcastChannel(ENDED) : null;
if (ended) ended.onmessage = () => forget("out");

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

const home = (): string => `${location.origin}/`;

/** Leaves for the page to sign in on; it comes back to `back`, a path of the console. */
export async function signIn(back: string, language: string): Promise<void> {
  const verifier = random();
  const state = random();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  sessionStorage.setItem("diancai.sign-in", JSON.stringify({ verifier, state, back }));
  const asked = {
    response_type: "code",
    client_id: CLIENT,
    redirect_uri: home(),
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
    state,
    ui_locales: language,
  };
  location.assign(`${PROVIDER}/authorize?${new URLSearchParams(asked).toString()}`);
}

/** Goes on with the code in the address, or with the sign-in that this browser has.
 * @returns the page that was asked for before the sign-in, where one has just ended */
export async function resume(): Promise<string | null> {
  const said = new URLSearchParams(location.search);
  const code = said.get("code");
  let back: string | null = null;
  const kept = JSON.parse(sessionStorage.getItem("diancai.sign-in") ?? "null") as { verifier: string; state: string; back: string } | null;
  if (code !== null || said.has("error")) {
    sessionStorage.removeItem("diancai.sign-in");
    back = kept?.back ?? location.pathname;
    history.replaceState(null, "", back);
  }
  try {
    if (code !== null && kept !== null && said.get("state") === kept.state) {
      await take({ grant_type: "authorization_code", code, redirect_uri: home(), code_verifier: kept.verifier });
    } else if (localStorage.getItem(HOLDS) !== null) {
      await renew();
    }
  } catch (error) {
    if (!(error instanceof ProviderAway)) throw error; // the page says so when it asks for something
  }
  return back;
}

/** The token to send, a new one where the one in hand is about to end; null when nobody is signed in. */
export async function bearer(): Promise<string | null> {
  if (Date.now() > endsAt - EARLY_MILLISECONDS && !(await renew())) return null;
  return access;
}

/** The token was refused: the next request asks for another. */
export function distrust(): void {
  endsAt = 0;
}

/** Ends the sign-in, at the provider, here, and in the other tabs. */
export async function signOut(why: WhyLeft = "out"): Promise<void> {
  await fetch(`${PROVIDER}/revoke`, { method: "POST", body: new URLSearchParams({ client_id: CLIENT }), keepalive: true }).catch(() => null);
  ended?.postMessage(null);
  forget(why);
}

function forget(why: WhyLeft): void {
  access = "";
  endsAt = 0;
  if (account.value !== null) whyLeft.value = why;
  account.value = null;
  localStorage.removeItem(HOLDS);
}

let renewing: Promise<boolean> | null = null;

/** One at a time, in all tabs: a refresh token that is used twice ends the sign-in. */
function renew(): Promise<boolean> {
  renewing ??= inTurn(() => take({ grant_type: "refresh_token" })).finally(() => (renewing = null));
  return renewing;
}

async function inTurn(call: () => Promise<boolean>): Promise<boolean> {
  return "locks" in navigator ? await navigator.locks.request(LOCK, call) : await call();
}

async function take(fields: Record<string, string>): Promise<boolean> {
  const body = new URLSearchParams({ ...fields, client_id: CLIENT });
  const response = await fetch(`${PROVIDER}/token`, { method: "POST", body }).catch(() => null);
  if (response === null || response.status >= 500 || response.status === 429) {
    if (Date.now() < endsAt) return true;
    throw new ProviderAway();
  }
  if (!response.ok) {
    forget("over");
    return false;
  }
  const tokens = (await response.json()) as { access_token: string; expires_in: number };
  access = tokens.access_token;
  endsAt = Date.now() + tokens.expires_in * 1000;
  account.value = read(access);
  localStorage.setItem(HOLDS, "yes");
  whyLeft.value = null;
  return true;
}

function read(token: string): Account {
  const part = token.split(".")[1] ?? "";
  const bytes = Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string> & { roles: Role[] };
  return {
    id: claims.sub ?? "",
    roles: claims.roles,
    township: claims.township_code ?? null,
    team: claims.team_code ?? null,
    volunteer: claims.volunteer_no ?? null,
  };
}
