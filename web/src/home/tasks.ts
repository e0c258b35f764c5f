/** What waits for somebody, from each service that knows of it; doing the act removes it from the next answer. */
import { shallowRef } from "vue";

import { catalog, dispatch, must, Refusal, requests } from "../app/api";
import type { components } from "../../types/requests";

export type Task = components["schemas"]["TaskAnswer"];
type Tasks = components["schemas"]["TasksAnswer"];

/** The order in which kinds are shown: what ends today first. */
const KINDS = [
  ...["booth_to_report", "stop_to_start", "stop_overdue", "assignment_to_answer"],
  ...["order_to_accept", "order_returned", "candidate_to_publish", "run_failed", "line_unserved", "opinions_to_answer", "edition_to_publish"],
  ...["booth_to_rate", "consultation_open", "order_draft"],
];

export interface Kind {
  code: string;
  tasks: Task[];
  count: number;
}

export const kinds = shallowRef<Kind[] | null>(null);
/** Why some of it could not be read; the rest is shown all the same. */
export const away = shallowRef<Refusal | null>(null);

let turn = 0;

export async function readTasks(): Promise<void> {
  const mine = ++turn;
  const answers = await Promise.allSettled<Tasks>([must(dispatch.GET("/tasks")), must(requests.GET("/tasks")), must(catalog.GET("/tasks"))]);
  if (mine !== turn) return;
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failed = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const error of failed) if (!(error instanceof Refusal)) throw error;
  away.value = (failed[0] as Refusal | undefined) ?? null;
  const rank = ({ code }: Kind): number => (KINDS.indexOf(code) + KINDS.length + 1) % (KINDS.length + 1); // unknown ones last
  kinds.value = found
    .flatMap((answer) => Object.entries(answer.counts).map(([code, count]) => ({ code, count, tasks: answer.items.filter((task) => task.code === code) })))
    .sort((one, other) => rank(one) - rank(other));
}
