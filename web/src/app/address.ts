/** The search, filters and sort of a list in the address, so that going back shows what stood there before. */
import { watch } from "vue";
import { useRoute, useRouter } from "vue-router";

/** What the address says, and how to change it. `changed` is called when it says something else on the same page. */
export function useAddress(changed: () => void) {
  const route = useRoute();
  const router = useRouter();
  const path = route.path;

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

  watch(
    () => route.query,
    () => {
      if (route.path === path) changed();
    },
  );
  return { valueOf, queryWith, set };
}
