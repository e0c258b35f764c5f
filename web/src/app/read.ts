/** Reading for a page: loading, loaded, refused, or old because the last try failed. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { Refusal } from "./api";

export interface Reading<T> {
  data: ShallowRef<T | null>;
  refusal: ShallowRef<Refusal | null>;
  loading: Ref<boolean>;
  reload(): Promise<void>;
}

/** Reads at once; the answer of an earlier try that comes late is dropped. */
export function useReading<T>(read: () => Promise<T>): Reading<T> {
  const data = shallowRef<T | null>(null);
  const refusal = shallowRef<Refusal | null>(null);
  const loading = ref(true);
  let turn = 0;

  async function reload(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const found = await read();
      if (mine !== turn) return;
      data.value = found;
      refusal.value = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (mine === turn) refusal.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  onScopeDispose(() => turn++);
  void reload();
  return { data, refusal, loading, reload };
}
