/** Activities of the corps, who takes part in them, and their photos. */
import { catalog, must } from "../app/api";
import { day } from "../app/i18n";
import { shrunk } from "../app/photos";
import type { components } from "../../types/catalog";

export type Activity = components["schemas"]["ActivityAnswer"];
export type Registration = components["schemas"]["RegistrationAnswer"];
export type Photo = components["schemas"]["PhotoAnswer"];

export const ACTIVITY_KINDS = ["ceremony", "group_activity", "outing", "conference", "other"] as const;
export const ACTIVITY_STATES = ["draft", "announced", "called_off", "held"] as const;
export const MOVE_REASONS = ["weather", "place_unavailable", "clash", "other"] as const;
export const CALL_OFF_REASONS = ["weather", "place_unavailable", "too_few", "clash", "other"] as const;

/** A group photo fills a page's width; a phone has up to three points to a pixel. */
const PHOTO_SIDE = 1600;
const PHOTO_BYTES = 900_000;

export const lookOf = (state: string): string => ({ announced: "going", held: "good", called_off: "bad" })[state] ?? "";
export const lookOfOwn = (state: string): string => ({ registered: "good", waiting: "waiting" })[state] ?? "";
export const whenOf = (activity: Activity): string => `${day(activity.on)} ${activity.starts_at}–${activity.ends_at}`;

/** @throws Refusal */
export const readActivity = (id: string): Promise<Activity> => must(catalog.GET("/activities/{activity_id}", { params: { path: { activity_id: id } } }));

/** @throws Refusal */
export async function givePhoto(id: string, file: File): Promise<Photo> {
  const bytes = await shrunk(file, PHOTO_SIDE, PHOTO_BYTES);
  return must(
    catalog.POST("/activities/{activity_id}/photo", {
      params: { path: { activity_id: id } },
      body: bytes as unknown as string,
      bodySerializer: () => bytes,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}
