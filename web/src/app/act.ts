/** An act of a person: sent once, its doubts asked about, its refusal kept to be shown beside the form. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { Refusal, type FieldProblem } from "./api";

export interface Act {
  busy: Ref<boolean>;
  /** What was refused last; null when the last try went through. */
  refusal: ShallowRef<Refusal | null>;
  /** Runs `call`; asks the person when the service has doubts, and runs it again with their codes. */
  run<T>(call: (confirm: string[]) => Promise<T>): Promise<T | undefined>;
}

/** The question that stands open, if any; `DoubtsDialog` shows it. */
export const question = shallowRef<{ doubts: FieldProblem[]; answer: (goOn: boolean) => void } | null>(null);

function asked(doubts: FieldProblem[]): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      doubts,
      answer: (goOn) => {
        question.value = null;
        resolve(goOn);
      },
    };
  });
}

export function useAct(): Act {
  const busy = ref(false);
  const refusal = shallowRef<Refusal | null>(null);

  async function run<T>(call: (confirm: string[]) => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    refusal.value = null;
    try {
      return await withDoubts(call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal.value = error;
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return { busy, refusal, run };
}

async function withDoubts<T>(call: (confirm: string[]) => Promise<T>): Promise<T | undefined> {
  const confirmed: string[] = [];
  for (;;) {
    try {
      return await call(confirmed);
    } catch (error) {
      if (!(error instanceof Refusal) || error.doubts.length === 0) throw error;
      if (!(await asked(error.doubts))) return undefined;
      confirmed.push(...error.doubts.map((doubt) => doubt.code));
    }
  }
}
