/** A booth's queue, as its steward sees it. */
import type { components } from "../../types/dispatch";

export type Queue = components["schemas"]["QueueAnswer"];
export type Ticket = components["schemas"]["TicketAnswer"];
export type Act = components["schemas"]["ActBody"]["act"];

export const EVERY_MILLISECONDS = 4000;

export const waitingIn = (queue: Queue): Ticket[] => queue.tickets.filter(({ state }) => state === "waiting");
export const missedIn = (queue: Queue): Ticket[] => queue.tickets.filter(({ state }) => state === "missed");

/** Which of a booth's places a telephone stands at; kept while the browser's tab is open. */
export function keptPlace(id: string): number {
  return Number(sessionStorage.getItem(`place ${id}`)) || 1;
}

export function keepPlace(id: string, place: number): void {
  sessionStorage.setItem(`place ${id}`, String(place));
}
