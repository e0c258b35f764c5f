/** The demonstration's clock: where business stands, and who shows that. */
import { shallowRef } from "vue";

import { dayOf } from "./i18n";

export interface Moment {
  on: string;
  part: "morning" | "afternoon";
}

/** Says where business stands; empty where there is no demonstration. */
const MOMENT = "/api/demonstration/moment";
const KEPT = "diancai.moment";
/** A demonstration is served to this very machine only. */
const HERE = ["127.0.0.1", "localhost", "[::1]"];

export const isHere = HERE.includes(location.hostname);
/** Null where business goes by real time. */
export const moment = shallowRef<Moment | null>(null);

/** The day on which business stands. */
export function today(): string {
  return moment.value?.on ?? dayOf(new Date());
}

/** Asks; before the first page is shown, so that the banner pushes nothing down. */
export async function readMoment(): Promise<void> {
  if (!isHere) return;
  const answer = await fetch(MOMENT).catch(() => null);
  if (answer === null) {
    moment.value = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Moment | null; // without a connection, as it stood
    return;
  }
  moment.value = answer.status === 200 ? ((await answer.json()) as Moment) : null;
  if (moment.value) localStorage.setItem(KEPT, JSON.stringify(moment.value));
  else localStorage.removeItem(KEPT);
}

/** Pages that show what business stands at read anew when the demonstration's clock has moved. */
const readers = new Set<() => void>();

export function moved(): void {
  readers.forEach((read) => read());
}

/** @returns what ends it */
export function onClockMoved(read: () => void): () => void {
  readers.add(read);
  return () => readers.delete(read);
}
