/** Verifies a badge without a connection: by the published keys, which this device keeps from the last time it had one. */
import { today } from "../app/clock";

export interface Verdict {
  outcome: "valid" | "not_yet" | "expired" | "forged" | "foreign" | "unknown_key";
  claims: Claims | null;
}
export interface Claims {
  iss: string;
  jti: string;
  nbf: number;
  exp: number;
  window: string;
  post: string;
  pledge?: string;
}
interface PublishedKey extends JsonWebKey {
  kid: string;
  exp?: number;
}
export interface Known {
  keys: PublishedKey[];
  issuer: string;
  at: string;
}

const KEPT = "diancai.badge_keys";
const KIND = "badge+jwt";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };

/** The keys of the last time with a connection; null where there never was one. */
export function kept(): Known | null {
  const text = localStorage.getItem(KEPT);
  return text ? (JSON.parse(text) as Known) : null;
}

/** Asks for the keys, and keeps them. @returns whether that was possible */
export async function refresh(): Promise<boolean> {
  const answer = await fetch("/api/catalog/public/badge-keys").catch(() => null);
  if (!answer?.ok) return false;
  const { keys, issuer } = (await answer.json()) as { keys: PublishedKey[]; issuer: string };
  localStorage.setItem(KEPT, JSON.stringify({ keys, issuer, at: new Date().toISOString() } satisfies Known));
  return true;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
const read = (part: string): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));

/** The code of a badge out of what was scanned or pasted: the address of the page that verifies it, or the code itself. */
export function codeIn(said: string): string {
  const clean = said.replace(/\s+/g, "");
  return clean.slice(clean.lastIndexOf("/") + 1).split("?")[0] ?? "";
}

export async function verify(code: string, known: Known): Promise<Verdict> {
  const forged: Verdict = { outcome: "forged", claims: null };
  const [header = "", body = "", signature = "", ...more] = code.split(".");
  if (!signature || more.length) return forged;
  try {
    const head = read(header) as { alg?: string; typ?: string; kid?: string };
    if (head.alg !== "ES256" || head.typ !== KIND) return forged;
    const key = known.keys.find((each) => each.kid === head.kid);
    if (!key || (key.exp !== undefined && key.exp * 1000 < Date.now())) return { outcome: "unknown_key", claims: null };
    const { kty, crv, x, y } = key;
    const imported = await crypto.subtle.importKey("jwk", { kty, crv, x, y } as JsonWebKey, CURVE, false, ["verify"]);
    const holds = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, bytes(signature), new TextEncoder().encode(`${header}.${body}`));
    if (!holds) return forged;
    const claims = read(body) as Claims;
    if (claims.iss !== known.issuer) return { outcome: "foreign", claims: null };
    const noon = Date.parse(`${today()}T12:00:00+08:00`) / 1000;
    return { outcome: noon < claims.nbf ? "not_yet" : claims.exp <= noon ? "expired" : "valid", claims };
  } catch {
    return forged; // whoever wrote the code chose every part of it
  }
}
