/** What waits for somebody, from each service that knows of it; doing the act removes it from the next answer. */
import { shallowRef } from "vue";

import { must, Refusal, requests } from "../app/api";
import type { components } from "../../types/requests";

export type Task = components["schemas"]["TaskAnswer"];

export const tasks = shallowRef<Task[] | null>(null);
export const counts = shallowRef<Record<string, number>>({});
export const away = shallowRef<Refusal[]>([]);

export async function readTasks(): Promise<void> {
  const answers = await Promise.allSettled([must(requests.GET("/tasks"))]);
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failed = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const error of failed) if (!(error instanceof Refusal)) throw error;
  away.value = failed as Refusal[];
  tasks.value = found.flatMap((answer) => answer.items as Task[]).sort((one, other) => (one.due_on ?? "9").localeCompare(other.due_on ?? "9"));
  counts.value = Object.assign({}, ...found.map((answer) => answer.counts)) as Record<string, number>;
}
