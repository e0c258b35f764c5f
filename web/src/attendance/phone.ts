/**
 * What this phone keeps for when it is not connected: who stands where, and what was said meanwhile. It is sent as it
 * was said once there is a connection; the time is that of the phone, then, and never that of sending.
 */
import { shallowRef } from "vue";

import type { components } from "../../types/dispatch";
import { dispatch, must, Refusal } from "../app/api";
import { KEPT } from "../app/kept";
import { account } from "../app/session";

export type Attendance = components["schemas"]["AttendanceAnswer"];
export type Attendant = Attendance["people"][number];
export type Way = "in" | "out";

/** What was read of a stop, with names where the reader may know them, and the code's secret on a leader's phone. */
export interface Pack {
  stop: Attendance;
  /** By how many seconds this phone's clock is ahead of the service's. */
  ahead: number;
  owner: string;
  names: Record<string, string>;
  secret: string | null;
  step: number;
  keptAt: number;
}

export interface Entry {
  nonce: string;
  stop_id: string;
  volunteer_no: string;
  way: Way;
  by: "code" | "list";
  code: string | null;
  device_at: string;
  device_ahead_seconds: number;
  roster: string | null;
  inside_fence: boolean | null;
  owner: string;
  state: "waiting" | "accepted" | "repeated" | "refused";
  words: string;
}

const PACKS = KEPT.attendance;
const QUEUE = "diancai.check-ins";
const KEPT_MILLISECONDS = 3 * 24 * 3_600_000;
const NONCE_BYTES = 16;
const EARTH_METRES = 6_371_009;
const FENCE_METRES = 500;
const PLACE_MILLISECONDS = 8000;

export const queue = shallowRef<Entry[]>(read());

function read(): Entry[] {
  const kept = JSON.parse(localStorage.getItem(QUEUE) ?? "[]") as Entry[];
  return kept.filter((each) => each.state === "waiting" || Date.parse(each.device_at) > Date.now() - KEPT_MILLISECONDS);
}

function keep(entries: Entry[]): void {
  queue.value = entries;
  localStorage.setItem(QUEUE, JSON.stringify(entries));
}

export function packOf(stop: string): Pack | null {
  const kept = localStorage.getItem(PACKS + stop);
  return kept === null ? null : (JSON.parse(kept) as Pack);
}

/** Keeps it, and forgets the packs of days that are over. */
export function keepPack(pack: Pack): void {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PACKS))) {
    if ((JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Pack>).keptAt! < Date.now() - KEPT_MILLISECONDS) localStorage.removeItem(key);
  }
  localStorage.setItem(PACKS + pack.stop.stop_id, JSON.stringify(pack));
}

/** Reads a stop's attendance, and keeps it for when there is no connection. @throws Refusal */
export async function readPack(id: string, leads: boolean): Promise<Pack> {
  const path = { stop_id: id };
  const stop = await must(dispatch.GET("/stops/{stop_id}/attendance", { params: { path } }));
  const ahead = Math.round((Date.now() - Date.parse(stop.now)) / 1000);
  const code = leads ? await must(dispatch.GET("/stops/{stop_id}/check-in-code", { params: { path } })) : null;
  const before = packOf(id);
  const pack = { stop, ahead, owner: account.value?.id ?? "", names: before?.owner === account.value?.id ? (before?.names ?? {}) : {}, secret: code?.secret ?? null, step: code?.step_seconds ?? 30, keptAt: Date.now() };
  keepPack(pack);
  return pack;
}

function newNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(NONCE_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Says that somebody came or went: kept first, then sent if that can be. */
export async function say(pack: Pack, volunteer: string, way: Way, by: "code" | "list", code: string | null, at: number, inside: boolean | null = null): Promise<Entry> {
  const entry: Entry = { nonce: newNonce(), stop_id: pack.stop.stop_id, volunteer_no: volunteer, way, by, code, device_at: new Date(at).toISOString(), device_ahead_seconds: Math.max(-3600, Math.min(3600, pack.ahead)), roster: pack.stop.roster, inside_fence: inside, owner: pack.owner, state: "waiting", words: "" };
  keep([...queue.value, entry]);
  await send();
  return queue.value.find((each) => each.nonce === entry.nonce) ?? entry;
}

let sending: Promise<void> | null = null;

/** Sends what waits, of whoever is signed in, one after another. */
export function send(): Promise<void> {
  sending = (sending ?? Promise.resolve()).then(sendAll);
  return sending;
}

async function sendAll(): Promise<void> {
  for (const entry of queue.value.filter((each) => each.state === "waiting")) {
    if (account.value !== null && account.value.id !== entry.owner) continue;
    try {
      const said = await must(dispatch.POST("/check-ins", { body: bodyOf(entry) }));
      settle(entry, said.outcome, said.fault?.text ?? "");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.isOffline || error.status === 401 || error.status === 429 || error.status >= 500) return;
      settle(entry, "refused", error.message);
    }
  }
}

function bodyOf(entry: Entry): components["schemas"]["ScanBody"] {
  const { nonce, stop_id, volunteer_no, way, by, code, device_at, device_ahead_seconds, roster, inside_fence } = entry;
  return { nonce, stop_id, volunteer_no, way, by, code, device_at, device_ahead_seconds, roster, inside_fence };
}

function settle(entry: Entry, state: Entry["state"], words: string): void {
  keep(queue.value.map((each) => (each.nonce === entry.nonce ? { ...each, state, words } : each)));
}

/** Whether this phone is near the stop; null where its owner does not let it say. The place itself goes nowhere. */
export function isInside(stop: Attendance): Promise<boolean | null> {
  return new Promise((resolve) => {
    if (!("geolocation" in navigator)) return resolve(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(metres(coords.latitude, coords.longitude, stop.lat, stop.lon) <= FENCE_METRES + coords.accuracy),
      () => resolve(null),
      { timeout: PLACE_MILLISECONDS, maximumAge: 60_000 },
    );
  });
}

function metres(lat: number, lon: number, toLat: number, toLon: number): number {
  const rad = Math.PI / 180;
  const half = Math.sin(((toLat - lat) * rad) / 2) ** 2 + Math.cos(lat * rad) * Math.cos(toLat * rad) * Math.sin(((toLon - lon) * rad) / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(half));
}
