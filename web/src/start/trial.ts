/** Trying the system with Rui'an's data: offered where nothing was entered, followed while it is played. */
import { onScopeDispose, shallowRef, type ShallowRef } from "vue";

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

export interface Trying {
  /** Null where there is nothing to try. */
  trial: ShallowRef<Trial | null>;
  /** Whether the system is silent although it is waited for: it should have come back by now. */
  silent: ShallowRef<boolean>;
  /** What refused the last act, in words. */
  refused: ShallowRef<string>;
  start(): Promise<void>;
  cancel(): Promise<void>;
}

/** Follows it. A demonstration that was there before this page is nothing to try any more. */
export function useTrial(): Trying {
  const trial = shallowRef<Trial | null>(null);
  const silent = shallowRef(false);
  const refused = shallowRef("");
  let heardAt = Date.now();
  let timer = 0;

  async function look(): Promise<void> {
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
    if (goesOn(trial.value)) timer = window.setTimeout(() => void look(), PAUSE_MILLISECONDS);
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
    await look();
  }

  onScopeDispose(() => clearTimeout(timer));
  if (isHere) void look();
  return { trial, silent, refused, start: () => act(TRIAL), cancel: () => act(`${TRIAL}/cancel`) };
}
