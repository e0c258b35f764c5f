// @ts-check
/** The first page: reads what the services know, shows it, and keeps it fresh as long as somebody looks. */

import { all, get, Trouble } from "./api.js";
import { offerClock, readClock, showClock } from "./clock.js";
import { part } from "./elements.js";
import { listen, offerRecipients, openInbox, rest } from "./inbox.js";
import { canSignIn, leave, resume, signIn, signOut, whyLeft } from "./session.js";
import { recall, remember, speak, t, time } from "./texts.js";
import { isOver, showCircuit, showFigures, showStart, showTroubles, showUnserved } from "./view.js";

/** @typedef {import("./texts.js").Key} Key */

const SOON_MILLISECONDS = 2_500; // while something goes on
const LATER_MILLISECONDS = 15_000; // when all is done, or nothing has changed for a while
const QUIET_ROUNDS = 24; // a minute of SOON

/** What was read last; a part that can't be read stays as it was. */
const known = {
  /** @type {import("./view.js").Plan | null} */ plan: null,
  proposed: false,
  editions: 0,
  /** @type {import("./view.js").OrderCounts | null} */ orders: null,
  /** @type {import("./view.js").NoticeCounts | null} */ notices: null,
  /** @type {import("./inbox.js").Recipient[]} */ recipients: [],
  /** @type {Map<string, import("./view.js").Township>} */ townships: new Map(),
};
/** @type {Map<string, Trouble>} by service */
const troubles = new Map();
/** @type {Map<string, number>} when each service was read last, in milliseconds */
const readAt = new Map();
let timer = 0;
let turns = 0;
let looked = "";
let quietRounds = 0;
let signedIn = false;

/**
 * @param {import("./api.js").Service} service
 * @param {() => Promise<void>} reading
 */
async function read(service, reading) {
  try {
    await reading();
    troubles.delete(service);
    readAt.set(service, Date.now());
  } catch (trouble) {
    if (trouble instanceof Trouble && trouble.status === 401) leave("over");
    else if (!(trouble instanceof Trouble && trouble.status === 403)) note(trouble); // 403: not this reader's business
  }
}

/** The campaign whose circuit was published last. */
async function readCircuit() {
  const plans = await all((page) => get("dispatch", "/plans", { query: page }));
  const published = plans.filter((plan) => plan.state === "published").at(-1);
  const plan = published ? await get("dispatch", "/plans/{plan_id}", { path: { plan_id: published.id } }) : null;
  if (plan?.unserved.some((line) => !known.townships.has(line.township_code))) {
    const townships = await all((page) => get("dispatch", "/townships", { query: page }));
    known.townships = new Map(townships.map((township) => [township.code, township]));
  }
  known.plan = plan;
  known.proposed = plans.some(({ state }) => state === "proposed");
}

async function readOrders() {
  const campaign = known.plan?.campaign_id;
  const [orders, editions] = await Promise.all([
    get("requests", "/orders/counts", { query: campaign ? { campaign_id: campaign } : {} }),
    known.plan ? null : get("requests", "/editions", { query: { limit: 1 } }),
  ]);
  known.orders = orders;
  if (editions) known.editions = editions.items.length;
}

async function readNotices() {
  known.recipients = await all((page) => get("notify", "/recipients", { query: page }));
  known.notices = await get("notify", "/messages/counts", {}); // of all: for the corps only
}

/** @param {unknown} trouble what a reading failed with; anything but a Trouble is a mistake in this page */
function note(trouble) {
  if (!(trouble instanceof Trouble)) throw trouble;
  troubles.set(trouble.service, trouble);
  tellTroubles();
}

const tellTroubles = () =>
  showTroubles([...troubles.values()], [...troubles.keys()].some((service) => readAt.has(service)));

async function refresh() {
  if (!signedIn) return;
  const turn = ++turns;
  try {
    await Promise.all([
      readClock(),
      read("dispatch", readCircuit).then(() => read("requests", readOrders)), // of the circuit's campaign
      read("notify", readNotices),
    ]);
    show();
  } finally {
    if (turn === turns) rearm(); // else a later refresh goes on
  }
}

/** Asks for the next refresh. */
function rearm() {
  const looks = JSON.stringify([known.plan, known.orders, known.editions, known.notices]);
  quietRounds = looks === looked ? quietRounds + 1 : 0;
  looked = looks;
  const soon = (isGoingOn() || troubles.size > 0) && quietRounds < QUIET_ROUNDS;
  window.clearTimeout(timer);
  if (!document.hidden) timer = window.setTimeout(refresh, soon ? SOON_MILLISECONDS : LATER_MILLISECONDS);
}

/** Whether a stop or an order has still some way to go. */
function isGoingOn() {
  const { plan, orders } = known;
  const waiting = (orders?.["submitted"] ?? 0) + (orders?.["accepted"] ?? 0) + (orders?.["served"] ?? 0);
  return !plan || waiting > 0 || plan.stops.some((stop) => !isOver(stop));
}

function show() {
  showClock();
  const { plan, orders, notices, recipients, townships, editions, proposed } = known;
  tellTroubles();
  const newest = Math.max(...readAt.values());
  part("freshness").textContent = readAt.size > 0 ? t("freshness", { time: time(newest) }) : "";
  part("start").hidden = plan !== null || !readAt.has("dispatch");
  if (plan) showCircuit(plan);
  else showStart({ editions, orders: orders ?? {}, proposed });
  showFigures(plan, orders, notices);
  showUnserved(plan?.unserved ?? [], townships);
  offerRecipients(recipients);
}

/** @param {import("./texts.js").Language} language */
async function useLanguage(language) {
  await speak(language);
  document.documentElement.lang = language;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = t(/** @type {Key} */ (element.getAttribute("data-text")));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
  }
}

/** Opens the stop that a link of the page leads to. */
function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  const details = target?.querySelector("details");
  if (details && !details.open) details.querySelector("summary")?.click();
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "start" });
}

function showSignedOut() {
  const why = whyLeft();
  /** @type {Key | null} */
  const line = !canSignIn() ? "signin.insecure" : why === "out" ? "signin.out" : why === "over" ? "signin.over" : null;
  part("freshness").textContent = "";
  part("sign-in").hidden = false;
  part("sign-in-why").textContent = line ? t(line) : "";
  /** @type {HTMLButtonElement} */ (part("sign-in-button")).disabled = !canSignIn();
}

function start() {
  part("sign-in-button").addEventListener("click", () => void signIn());
  part("sign-out").addEventListener("click", signOut);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", async () => {
      const language = button.getAttribute("data-language") === "en" ? "en" : "zh-CN";
      await useLanguage(language);
      remember("language", language);
      if (!signedIn) return;
      show();
      if (known.recipients.length > 0) listen();
      await refresh(); // what the services put into words comes in the new language
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      window.clearTimeout(timer);
      rest();
    } else void refresh();
  });
  window.addEventListener("hashchange", openTarget);
  new ResizeObserver(() => known.plan && showCircuit(known.plan)).observe(part("drawing"));
  openInbox(note);
  offerClock(refresh);
}

await useLanguage(recall("language") === "en" ? "en" : "zh-CN");
part("freshness").textContent = t("loading");
start();
try {
  signedIn = await resume();
} catch {
  note(new Trouble("catalog", 0)); // its provider is away
  window.setTimeout(() => location.reload(), LATER_MILLISECONDS);
}
part("sign-out").hidden = !signedIn;
if (signedIn) await refresh();
else showSignedOut();
openTarget();
