// @ts-check
/** A peek into one recipient's inbox: its latest notices, and new ones as they come. */

import { address, ask, get } from "./api.js";
import { fill, h, part } from "./elements.js";
import { language, named, number, recall, remember, t, time } from "./texts.js";

/** @typedef {import("./api-types").Answer<"notify", "/recipients">["items"][number]} Recipient */
/** @typedef {import("./api-types").Answer<"notify", "/recipients/{recipient_id}/messages">["items"][number]} Message */

const LATEST = 20;
const GATHER_MILLISECONDS = 150;
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

let chosen = recall("recipient") ?? "coordinator";
/** @type {AbortController | null} */
let stream = null;
let gathering = 0;
let reading = 0;

/**
 * Lets the reader choose among `recipients`, and stays with the earlier choice where it still exists.
 * @param {Recipient[]} recipients
 */
export function offerRecipients(recipients) {
  const first = recipients[0];
  if (first && !recipients.some(({ id }) => id === chosen)) chosen = first.id;
  showRecipients(recipients);
  if (first && !stream && !document.hidden) listen();
}

/** @param {(trouble: unknown) => void} onTrouble told when notices can't be read */
export function openInbox(onTrouble) {
  troubled = onTrouble;
  part("recipient").addEventListener("change", (event) => {
    chosen = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
    remember("recipient", chosen);
    listen();
  });
}

/** @type {(trouble: unknown) => void} */
let troubled = () => {};

/** Follows the chosen recipient. An event only says that there is news: it is read in the reader's language. */
export function listen() {
  rest();
  stream = new AbortController();
  void follow(stream.signal);
  void readMessages();
}

/**
 * Server-sent events by fetch, for the browser's own EventSource can't say who asks. Goes on behind the last event
 * after a break, with growing pauses, until `signal` ends it or the service refuses.
 * @param {AbortSignal} signal
 */
async function follow(signal) {
  const url = address("notify", "/recipients/{recipient_id}/stream", { path: { recipient_id: chosen } });
  let last = "";
  let pause = FIRST_PAUSE_MILLISECONDS;
  showLive(false);
  while (!signal.aborted) {
    try {
      const response = await ask(url, "text/event-stream", signal, last ? { "Last-Event-ID": last } : {});
      if (response.status >= 400 && response.status < 500) {
        if (stream?.signal === signal) stream = null; // refused: the next refresh tries again
        return;
      }
      if (response.ok && response.body) {
        showLive(true);
        pause = FIRST_PAUSE_MILLISECONDS;
        await drain(response.body, (id) => (last = id));
      }
    } catch {
      // broken off: again, from the last event on
    }
    showLive(false);
    if (!signal.aborted) await new Promise((resolve) => window.setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }
}

/**
 * Reads events until the stream ends or breaks off (WHATWG HTML, 9.2.6).
 * @param {ReadableStream<Uint8Array>} body
 * @param {(id: string) => void} onId told the id of each event, at once, so that a break loses none
 */
async function drain(body, onId) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    const ids = lines.filter((line) => line.startsWith("id:"));
    if (ids.length === 0) continue;
    onId((ids.at(-1) ?? "").slice(3).trim());
    gathering ||= window.setTimeout(() => void readMessages(), GATHER_MILLISECONDS);
  }
}

/** @param {boolean} live */
function showLive(live) {
  part("live").textContent = t(live ? "inbox.live" : "inbox.waiting");
  part("live").classList.toggle("on", live);
}

/** Stops listening, as long as nobody looks. */
export function rest() {
  stream?.abort();
  stream = null;
}

async function readMessages() {
  gathering = 0;
  const turn = ++reading;
  const parameters = { path: { recipient_id: chosen }, query: { newest_first: true, limit: LATEST } };
  try {
    const page = await get("notify", "/recipients/{recipient_id}/messages", parameters);
    if (turn === reading) showMessages(page.items); // an answer that was overtaken by another choice is dropped
  } catch (trouble) {
    troubled(trouble);
  }
}

/** @param {Recipient[]} recipients */
function showRecipients(recipients) {
  const select = /** @type {HTMLSelectElement} */ (part("recipient"));
  const groups = [
    { name: t("inbox.coordinator"), found: recipients.filter(({ id }) => id === "coordinator") },
    { name: t("inbox.townships"), found: recipients.filter(({ id }) => id.startsWith("township.")) },
    { name: t("inbox.teams"), found: recipients.filter(({ id }) => id.startsWith("team.")) },
  ].filter(({ found }) => found.length > 0);
  const option = (/** @type {Recipient} */ { id, name, name_en, unread }) => {
    const shown = named(name, name_en) || (id === "coordinator" ? t("inbox.coordinator") : id);
    const text = unread ? t("inbox.option", { name: shown, unread: number(unread) }) : shown;
    return h("option", { value: id, selected: id === chosen }, text);
  };
  const wanted = groups.map(({ name, found }) => h("optgroup", { label: name }, ...found.map(option)));
  const looks = wanted.map((group) => group.outerHTML).join("");
  if (select.dataset["looks"] !== looks) {
    select.dataset["looks"] = looks; // an open list would close if it were always replaced
    select.replaceChildren(...wanted);
  }
  part("inbox").hidden = recipients.length === 0;
}

/** @param {Message[]} messages newest first */
function showMessages(messages) {
  fill(
    part("messages"),
    messages,
    (message) => message.id,
    (message) => language() + JSON.stringify(message),
    (message) =>
      h(
        "li",
        { class: message.read_at ? null : "unread" },
        h(
          "h3",
          {},
          message.read_at ? null : h("span", { class: "dot", title: t("inbox.unread"), role: "img", "aria-label": t("inbox.unread") }),
          message.subject,
        ),
        h("p", { class: "text" }, message.text),
        h("p", { class: "quiet" }, h("time", { datetime: message.created_at }, time(message.created_at))),
      ),
  );
  if (messages.length === 0) part("messages").replaceChildren(h("li", { class: "quiet" }, t("inbox.empty")));
}
