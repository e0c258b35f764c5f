/** Booths of the own team whose orders change: what the leader sees until a plan takes that into account. */
import { computed, type ComputedRef } from "vue";

import { must, requests } from "../app/api";
import { useReading } from "../app/read";
import { has } from "../app/session";
import type { components } from "../../types/requests";

export type ChangingBooth = components["schemas"]["ChangingBoothAnswer"];

/** By the id of the assignment and by that of its stop. */
export interface Changes {
  booths: ComputedRef<Map<string, ChangingBooth>>;
  stops: ComputedRef<Set<string>>;
  reload(): Promise<void>;
}

/** For others than leaders there is nothing to read. */
export function useChanges(): Changes {
  const { data, reload } = useReading(async () => (has("team_leader") ? must(requests.GET("/orders/changes-for-team", {})) : []));
  const booths = computed(() => new Map((data.value ?? []).map((each) => [each.assignment_id, each])));
  return { booths, stops: computed(() => new Set((data.value ?? []).map((each) => each.stop_id))), reload };
}
