/** A list whose search, filters and sort stand in the address, so that going back shows what stood there before. */
import { computed, ref, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";

import { Refusal } from "../app/api";
import { useReading } from "../app/read";

export interface Page<T> {
  items: T[];
  next_after?: string | null;
}

/** What the address says, and how to change it. */
export function useAddress() {
  const route = useRoute();
  const router = useRouter();

  function valueOf(name: string): string {
    const value = route.query[name];
    return typeof value === "string" ? value : "";
  }

  /** The query of the address with these changed; an empty value leaves its name out. */
  function queryWith(changes: Record<string, string>): Record<string, string> {
    const now = Object.fromEntries(Object.keys(route.query).map((name) => [name, valueOf(name)]));
    return Object.fromEntries(Object.entries({ ...now, ...changes }).filter(([, value]) => value));
  }

  function set(name: string, value: string): void {
    if (value !== valueOf(name)) void router.push({ query: queryWith({ [name]: value }) });
  }

  return { valueOf, queryWith, set };
}

/** `read` gives a page that follows `after`; whatever else the page shows comes with the first one. */
export function useList<T, P extends Page<T>>(read: (after: string | undefined) => Promise<P>) {
  const route = useRoute();
  const path = route.path;
  const added = shallowRef<T[]>([]);
  const next = ref<string | null>(null);
  const more = ref(false);
  const moreRefusal = shallowRef<Refusal | null>(null);

  const { data, refusal, loading, reload } = useReading(async () => {
    const first = await read(undefined);
    added.value = [];
    next.value = first.next_after ?? null;
    return first;
  });

  watch(
    () => route.query,
    () => {
      if (route.path === path) void reload();
    },
  );

  async function loadMore(): Promise<void> {
    if (more.value || next.value === null) return;
    more.value = true;
    const from = data.value;
    try {
      const page = await read(next.value);
      if (data.value !== from) return; // the list is another one by now
      added.value = [...added.value, ...page.items];
      next.value = page.next_after ?? null;
      moreRefusal.value = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      moreRefusal.value = error;
    } finally {
      more.value = false;
    }
  }

  return {
    data,
    items: computed<T[]>(() => [...(data.value?.items ?? []), ...added.value]),
    hasMore: computed(() => next.value !== null),
    refusal: computed(() => refusal.value ?? moreRefusal.value),
    loading,
    loadingMore: more,
    reload,
    loadMore,
  };
}
