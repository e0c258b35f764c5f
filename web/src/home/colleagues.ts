/** The coordinators by the names that their accounts go by; catalog tells them to coordinators only. */
import { computed, shallowRef, watch } from "vue";

import { catalog, must, Refusal } from "../app/api";
import { i18n } from "../app/i18n";
import { account, has } from "../app/session";

export interface Colleague {
  id: string;
  login: string;
}

const coordinators = shallowRef<Colleague[]>([]);

/** Those whom the reader may hand a task to. */
export const colleagues = computed(() => coordinators.value.filter(({ id }) => id !== account.value?.id));

export function nameOf(subject: string): string {
  if (subject === account.value?.id) return i18n.global.t("holder.me");
  return coordinators.value.find(({ id }) => id === subject)?.login ?? i18n.global.t("holder.somebody");
}

export async function readColleagues(): Promise<void> {
  try {
    coordinators.value = has("coordinator") ? await must(catalog.GET("/accounts/coordinators")) : [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // rows then say that a colleague has it, without a name
  }
}

watch(account, (now, before) => {
  if (now?.id !== before?.id) coordinators.value = [];
});
