/**
 * A booth's queue on the one telephone that calls there. It goes on without a connection: what is done is kept as a
 * journal, told once there is a connection, and the queue is what the service said last with the journal on top.
 */
import type { components } from "../../types/dispatch";
import { dispatch, must, patience } from "../app/api";
import { newId } from "../app/ids";
import { KEPT } from "../app/kept";
import { account } from "../app/session";
import { missedIn, waitingIn, type Act, type Queue, type Ticket } from "./queues";

type Told = components["schemas"]["LeaseAnswer"];
export type Entry = Required<components["schemas"]["EntryBody"]>;

export interface Held {
  /** As the service said it last. */
  told: Told;
  journal: Entry[];
  /** The last entry's number. */
  seq: number;
  /** By how many milliseconds this telephone's clock is ahead of the service's. */
  ahead: number;
  owner: string;
}

/** A connection that takes longer is none. */
const WAIT_MILLISECONDS = 6000;
const DIGITS = 3;
const KEPT_MILLISECONDS = 3 * 24 * 3_600_000;
const AT_ONCE = 500;

export function heldQueue(id: string): Held | null {
  const kept = localStorage.getItem(KEPT.queue + id);
  const held = kept === null ? null : (JSON.parse(kept) as Held);
  return held && account.value && account.value.id !== held.owner ? null : held;
}

function keep(id: string, held: Held): Held {
  localStorage.setItem(KEPT.queue + id, JSON.stringify(held));
  return held;
}

export const forget = (id: string): void => localStorage.removeItem(KEPT.queue + id);

/** Forgets the queues of days that are over. */
function forgetOld(): void {
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(KEPT.queue))) {
    const { told } = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Held>;
    if (!told || Date.parse(told.now) < Date.now() - KEPT_MILLISECONDS) localStorage.removeItem(key);
  }
}

/** Makes this telephone the only one that calls, or gets it more numbers. @throws Refusal */
export async function hold(id: string, confirm: string[] = []): Promise<Held> {
  forgetOld();
  const before = heldQueue(id);
  const told = await must(dispatch.POST("/queues/{assignment_id}/lease", { params: { path: { assignment_id: id }, query: { confirm } }, body: { lease: before?.told.lease ?? null } }));
  return keep(id, { told, ...(before?.told.lease === told.lease ? { journal: before.journal, seq: before.seq } : { journal: [], seq: 0 }), ahead: Date.now() - Date.parse(told.now), owner: account.value?.id ?? "" });
}

/** What a request that went through made of the queue, for when the next one does not. */
export function learn(id: string, held: Held, queue: Queue): Held {
  return keep(id, { ...held, told: { ...held.told, queue } });
}

let telling: Promise<Held | null> | null = null;

/** Tells what was done, and learns how the queue stands. What is done meanwhile stays to be told. @throws Refusal */
export function tell(id: string): Promise<Held | null> {
  telling ??= tellOnce(id).finally(() => (telling = null)); // an older answer must not come after a newer one
  return telling;
}

async function tellOnce(id: string): Promise<Held | null> {
  const before = heldQueue(id);
  if (!before) return null;
  const entries = before.journal.slice(0, AT_ONCE);
  const told = await must(dispatch.POST("/queues/{assignment_id}/lease/journal", { params: { path: { assignment_id: id }, query: { lease: before.told.lease } }, body: { entries }, signal: patience(WAIT_MILLISECONDS) }));
  const now = heldQueue(id) ?? before;
  const last = entries.at(-1)?.seq ?? 0;
  const held = keep(id, { ...now, told, journal: now.journal.filter((each) => each.seq > last), ahead: Date.now() - Date.parse(told.now) });
  return held.told.next_number === null && held.told.ended_at === null && held.journal.length === 0 ? hold(id) : held;
}

/** Lets others call again. @throws Refusal */
export async function giveBack(id: string, held: Held): Promise<Queue> {
  const queue = await must(dispatch.DELETE("/queues/{assignment_id}/lease", { params: { path: { assignment_id: id }, query: { lease: held.told.lease } } }));
  forget(id);
  return queue;
}

/** The next number that this telephone may give out; null where all are given out. */
export function nextNumber(held: Held): number | null {
  if (held.told.next_number === null) return null;
  const number = held.told.next_number + held.journal.filter((each) => each.do === "draw").length;
  return number <= held.told.last_number ? number : null;
}

/** The queue with all that was done since the service spoke. */
export function queueOf(held: Held): Queue {
  if (held.journal.length === 0) return held.told.queue;
  return held.journal.reduce<Queue>((queue, entry) => after(queue, entry, held.told), { ...held.told.queue, wait: null });
}

/** Keeps what is done now. */
function note(id: string, held: Held, done: Partial<Entry> & Pick<Entry, "do" | "ticket_id">): Held {
  const entry = { number: null, priority: false, place: null, ...done, seq: held.seq + 1, at: new Date(Date.now() - held.ahead).toISOString() };
  return keep(id, { ...held, seq: entry.seq, journal: [...held.journal, entry] });
}

export function callNext(id: string, held: Held, place: number): Held {
  const here = queueOf(held).at_places.find((ticket) => ticket.place === place);
  const served = here ? note(id, held, { do: "serve", ticket_id: here.id }) : held;
  const next = waitingIn(queueOf(served))[0];
  return next ? note(id, served, { do: "call", ticket_id: next.id, place }) : served;
}

export const onTicket = (id: string, held: Held, ticket: Ticket, act: Act): Held => note(id, held, { do: act, ticket_id: ticket.id });

export function draw(id: string, held: Held, priority: boolean): { held: Held; ticket: Ticket } | null {
  const number = nextNumber(held);
  if (number === null) return null;
  const drawn = note(id, held, { do: "draw", ticket_id: newId(), number, priority });
  const ticket = queueOf(drawn).tickets.find((each) => each.id === drawn.journal.at(-1)?.ticket_id);
  return ticket ? { held: drawn, ticket } : null;
}

/** In how many minutes a ticket may be called again; 0 where it may be now. */
export function minutesToCallAgain(held: Held, ticket: Ticket): number {
  const since = Date.now() - held.ahead - Date.parse(ticket.called_at ?? ticket.drawn_at);
  return Math.max(0, Math.ceil((held.told.again_after_seconds * 1000 - since) / 60_000));
}

function after(queue: Queue, entry: Entry, rules: Told): Queue {
  const known = [...queue.at_places, ...queue.tickets].find((ticket) => ticket.id === entry.ticket_id);
  const ticket = known ?? { ...drawnAs(queue, entry), id: entry.ticket_id };
  let { streak, served } = queue;
  let waiting = waitingIn(queue).filter((each) => each.id !== ticket.id);
  let places = queue.at_places.filter((each) => each.id !== ticket.id);
  let missed = missedIn(queue).filter((each) => each.id !== ticket.id);
  const waits: Ticket = { ...ticket, state: "waiting", place: null, called_at: null };
  switch (entry.do) {
    case "draw":
    case "park":
      waiting = [...waiting, waits];
      break;
    case "return":
      waiting = behind(waiting, waits, rules.behind_returned);
      break;
    case "call":
      places = [...places.filter((each) => each.place !== entry.place), { ...ticket, state: "called", place: entry.place, calls: ticket.calls + 1, called_at: entry.at }];
      streak = ticket.priority ? streak + 1 : 0;
      break;
    case "again":
      places = [...places, { ...ticket, calls: ticket.calls + 1, called_at: entry.at }];
      break;
    case "begin":
      places = [...places, { ...ticket, state: "serving" }];
      break;
    case "serve":
      served += 1;
      break;
    case "miss":
      missed = [{ ...ticket, state: "missed", place: null }, ...missed];
      break;
  }
  const order = inOrder(waiting, streak, rules.priority_in_a_row);
  return { ...queue, streak, served, at_places: places, waiting: order.length, tickets: [...order, ...missed] };
}

function drawnAs(queue: Queue, entry: Entry): Omit<Ticket, "id"> {
  return { name: queue.letter + String(entry.number ?? 0).padStart(DIGITS, "0"), state: "waiting", place: null, priority: entry.priority, came_by: "steward", calls: 0, calling: "", drawn_at: entry.at, called_at: null };
}

/** After so many others of the same kind. */
function behind(waiting: Ticket[], ticket: Ticket, others: number): Ticket[] {
  const third = waiting.filter((each) => each.priority === ticket.priority)[others - 1];
  const at = third ? waiting.indexOf(third) + 1 : waiting.length;
  return [...waiting.slice(0, at), ticket, ...waiting.slice(at)];
}

/** The old and the disabled first, but so many of them at most in a row; each kind keeps the order that it has. */
function inOrder(waiting: Ticket[], streak: number, most: number): Ticket[] {
  const first = waiting.filter((each) => each.priority);
  const others = waiting.filter((each) => !each.priority);
  const order: Ticket[] = [];
  let row = streak;
  while (first.length || others.length) {
    const isFirst = first.length > 0 && (row < most || others.length === 0);
    order.push((isFirst ? first : others).shift()!);
    row = isFirst ? row + 1 : 0;
  }
  return order;
}
