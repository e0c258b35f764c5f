/** What waits for somebody, from each service that knows of it; doing the act removes it from the next answer. */
import type { Client } from "openapi-fetch";
import { ref, shallowRef } from "vue";

import { catalog, dispatch, must, notify, Refusal, requests } from "../app/api";
import type { components, paths } from "../../types/requests";

/** The operations on tasks are the same in every service that has some. */
const SERVICES = { dispatch, requests, catalog, notify } as unknown as Record<Service, Client<Pick<paths, "/tasks" | "/tasks/take" | "/tasks/hand-over" | "/tasks/give-back">>>;

export type Service = "dispatch" | "requests" | "catalog" | "notify";
export type Holder = components["schemas"]["HolderAnswer"];
export type Task = components["schemas"]["TaskAnswer"] & { service: Service };
/** Of the tasks that coordinators share: all, those that the reader works on, or nobody. */
export type HeldBy = "all" | "me" | "nobody";

/** The order in which kinds are shown: what ends today first. */
const KINDS = [
  ...["booth_to_report", "stop_to_start", "offer_to_answer", "substitute_to_name", "roster_short", "incident_to_see", "message_unacknowledged", "stop_overdue", "another_day_asked", "stop_to_confirm", "stop_to_prepare", "assignment_to_answer", "hours_to_answer", "attendance_to_note", "recurrence_to_answer", "test_to_sit", "survey_to_answer", "qualification_to_renew", "stage_to_hand_in", "badges_to_renew", "pledge_to_make"],
  ...["order_to_accept", "series_to_accept", "occurrence_blocked", "series_returned", "amendment_to_decide", "order_returned", "confirmation_overdue", "figures_to_look_at", "correction_to_decide", "hours_to_decide", "activity_to_confirm", "photo_to_replace", "rating_to_follow_up", "wish_to_answer", "booth_to_staff", "candidate_to_publish", "run_failed", "line_unserved", "opinions_to_answer", "survey_to_take_over", "edition_to_publish", "course_to_end", "objections_to_answer", "stage_to_decide", "pledges_to_decide", "honour_to_decide", "subscription_to_decide", "subscription_failing"],
  ...["booth_to_rate", "consultation_open", "order_draft"],
];

export interface Kind {
  code: string;
  tasks: Task[];
  count: number;
}

export const kinds = shallowRef<Kind[] | null>(null);
export const heldBy = ref<HeldBy>("all");
/** Why some of it could not be read; the rest is shown all the same. */
export const away = shallowRef<Refusal | null>(null);

let turn = 0;

export async function readTasks(): Promise<void> {
  const mine = ++turn;
  const query = heldBy.value === "all" ? {} : { holder: heldBy.value };
  const read = async (service: Service): Promise<Kind[]> => {
    const { items, counts } = await must(SERVICES[service].GET("/tasks", { params: { query } }));
    return Object.entries(counts).map(([code, count]) => ({ code, count, tasks: items.filter((task) => task.code === code).map((task) => ({ ...task, service })) }));
  };
  const answers = await Promise.allSettled((Object.keys(SERVICES) as Service[]).map(read));
  if (mine !== turn) return;
  const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const failed = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const error of failed) if (!(error instanceof Refusal)) throw error;
  away.value = (failed[0] as Refusal | undefined) ?? null;
  const rank = ({ code }: Kind): number => (KINDS.indexOf(code) + KINDS.length + 1) % (KINDS.length + 1); // unknown ones last
  kinds.value = found.sort((one, other) => rank(one) - rank(other));
}

const named = ({ code, about }: Task): { code: string; about: string } => ({ code, about });

/** Takes a task, from whoever has it as the reader sees. @throws Refusal */
export async function take(task: Task): Promise<Holder | null> {
  return (await must(SERVICES[task.service].POST("/tasks/take", { body: { ...named(task), instead_of: task.holder?.subject ?? null } }))).holder;
}

/** @throws Refusal */
export async function handOver(task: Task, colleague: string, until: string): Promise<Holder | null> {
  return (await must(SERVICES[task.service].POST("/tasks/hand-over", { body: { ...named(task), colleague, until_on: until || null } }))).holder;
}

/** @throws Refusal */
export async function giveBack(task: Task): Promise<Holder | null> {
  return (await must(SERVICES[task.service].POST("/tasks/give-back", { body: named(task) }))).holder;
}

/** Who has a task now, whatever the list shows; null where it is not among the first of its kind. @throws Refusal */
export async function holderNow(task: Task): Promise<Holder | null> {
  const { items } = await must(SERVICES[task.service].GET("/tasks"));
  return items.find(({ code, about }) => code === task.code && about === task.about)?.holder ?? null;
}
