/** The coordinators by the names that colleagues know them by; catalog tells them to coordinators only. */
import { computed, shallowRef, watch } from "vue";

import { catalog, must, Refusal } from "../app/api";
import { i18n } from "../app/i18n";
import { account, has } from "../app/session";

export interface Colleague {
  id: string;
  name: string;
  login: string;
}

const coordinators = shallowRef<Colleague[]>([]);

/** Those whom the reader may hand a task to. */
export const colleagues = computed(() => coordinators.value.filter(({ id }) => id !== account.value?.id));

export function nameOf(subject: string): string {
  if (subject === account.value?.id) return i18n.global.t("holder.me");
  const found = coordinators.value.find(({ id }) => id === subject);
  return found ? labelOf(found) : i18n.global.t("holder.somebody");
}

/** The name; of two with one name, the login name as well. */
export function labelOf({ id, name, login }: Colleague): string {
  const isShared = coordinators.value.some((each) => each.id !== id && each.name === name);
  return isShared ? i18n.global.t("holder.namesake", { name, login }) : name;
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
