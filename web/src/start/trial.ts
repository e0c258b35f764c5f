/** Trying the system with Rui'an's data: offered where nothing was entered, followed while it is played. */
import { computed, shallowRef, type ShallowRef } from "vue";

import { isHere, moved } from "../app/clock";
import { language } from "../app/i18n";
import { bearer } from "../app/session";

export interface Trial {
  state: "offered" | "starting" | "playing" | "cancelled" | "failed" | "done";
  step: string | null;
  number: number;
  of: number;
  done: number;
  total: number;
}

const TRIAL = "/api/demonstration/trial";
const PAUSE_MILLISECONDS = 700;
const PATIENCE_MILLISECONDS = 90_000;
const OK = 200;

const goesOn = (trial: Trial | null): boolean => trial?.state === "starting" || trial?.state === "playing";

/** Null where there is nothing to try. */
export const trial: ShallowRef<Trial | null> = shallowRef(null);
/** Whether the system is silent although it is waited for: it should have come back by now. */
export const silent = shallowRef(false);
/** What refused the last act, in words. */
export const refused = shallowRef("");
/** Whether the demonstration is being played now. */
export const isPlayed = computed(() => goesOn(trial.value));
/** How much of it was played, of 1. */
export const share = computed(() => {
  const now = trial.value;
  if (!now) return 0;
  return now.state === "done" ? 1 : (Math.max(now.number - 1, 0) + (now.total ? now.done / now.total : 0)) / now.of;
});

let heardAt = Date.now();
let timer = 0;

/**
 * Asks where it is, and again until it is over. A demonstration that was there before this page is nothing to try any
 * more. Pages read anew when it is over.
 */
export async function readTrial(): Promise<void> {
  if (!isHere) return;
  clearTimeout(timer);
  const answer = await fetch(TRIAL, { signal: AbortSignal.timeout?.(PATIENCE_MILLISECONDS) }).catch(() => null);
  if (answer !== null && answer.status < 500) {
    heardAt = Date.now();
    const found = answer.status === OK ? ((await answer.json()) as Trial) : null;
    const wentOn = goesOn(trial.value);
    if (found?.state !== "done" || wentOn) trial.value = found;
    if (wentOn && !goesOn(found)) moved();
  }
  silent.value = Date.now() - heardAt > PATIENCE_MILLISECONDS;
  if (goesOn(trial.value)) timer = window.setTimeout(() => void readTrial(), PAUSE_MILLISECONDS);
}

async function act(path: string): Promise<void> {
  refused.value = "";
  const headers = { Authorization: `Bearer ${await bearer()}`, "Accept-Language": language() };
  const answer = await fetch(path, { method: "POST", headers }).catch(() => null);
  if (answer !== null && !answer.ok) {
    const problem = (await answer.json()) as { detail: string; remedy: string };
    refused.value = `${problem.detail} ${problem.remedy}`;
  }
  heardAt = Date.now();
  await readTrial();
}

export const startTrial = (): Promise<void> => act(TRIAL);
export const cancelTrial = (): Promise<void> => act(`${TRIAL}/cancel`);
