/** Where the act of a task is done; where there is no page for it, the one that leads there. */
import type { RouteLocationRaw } from "vue-router";

import { mayOpen } from "../app/router";

/** @param about the object of the task, as its stream is named: order:<id>
 *  @param code the task's */
export function pageOfTask(about: string, code = ""): RouteLocationRaw {
  if (code === "hours_to_answer" || code === "hours_to_decide") return { name: "hours" };
  const [kind = "", id = ""] = about.split(":");
  if (kind === "holding") return { name: "own" };
  if (kind === "offer") return { name: "duties" };
  if (kind === "assignment") return { name: "assignments" };
  if (kind === "volunteer") return `/corps/volunteers/${id}`;
  if (kind === "edition") return `/corps/editions/${id}`;
  if (mayOpen(kind)) return { name: kind, params: { id } };
  return { name: mayOpen("planning") ? "planning" : "circuit" };
}
