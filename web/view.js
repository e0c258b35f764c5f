// @ts-check
/** What the page shows of what the services know. Nothing here asks a service for anything. */

import { fill, h, part } from "./elements.js";
import { drawMap } from "./map.js";
import { day, half, language, named, number, reason, t } from "./texts.js";

/** @typedef {import("./api-types").Answer<"dispatch", "/plans/{plan_id}">} Plan */
/** @typedef {Plan["stops"][number]} Stop */
/** @typedef {Stop["assignments"][number]} Booth */
/** @typedef {import("./api-types").Answer<"dispatch", "/townships">["items"][number]} Township */
/** @typedef {import("./api-types").Answer<"requests", "/orders">["items"][number]["state"]} OrderState */
/** @typedef {Record<string, number>} OrderCounts orders by state */
/** @typedef {import("./api-types").Answer<"notify", "/messages/counts">} NoticeCounts */

/** @type {OrderState[]} in the order of an order's life */
const ORDER_STATES = ["draft", "submitted", "returned", "accepted", "scheduled", "served", "rated", "closed", "cancelled"];
/** @type {OrderState[]} */
const TAKEN_ON = ["accepted", "scheduled", "served", "rated", "closed"];

/** @type {Map<string, boolean>} what the reader opened or closed, by stop */
const toggled = new Map();

/** @param {Stop} stop */
export const isOver = (stop) => stop.state === "completed" || stop.state === "cancelled";

/**
 * The stop that matters now: under way, or else the first to come.
 * @param {Stop[]} stops in travel order
 */
const nextOf = (stops) => stops.find((stop) => stop.state === "under_way") ?? stops.find((stop) => !isOver(stop));

/**
 * The booths as they stand, without what was declined or released on the way.
 * @param {Stop} stop
 */
const boothsOf = (stop) => stop.assignments.filter(({ state }) => state !== "declined" && state !== "released");

/**
 * The place as it was written; where the township's name stands beside it, without saying that twice.
 * @param {Stop} stop
 */
function placeOf({ place, township_name: name }) {
  const rest = place.startsWith(name) && language() === "zh-CN" ? place.slice(name.length).trim() : place;
  return rest || place;
}

/** @param {Booth[]} booths */
const servedAt = (booths) => booths.reduce((sum, booth) => sum + (booth.served ?? 0), 0);

/** @param {Plan} plan */
export function showCircuit(plan) {
  const next = nextOf(plan.stops);
  part("next").classList.toggle("over", !next);
  const way = plan.stops.filter((stop) => stop.state !== "cancelled");
  const places = new Map(way.map((stop, index) => [stop.id, index + 1]));
  part("campaign").textContent = named(plan.campaign_name, plan.campaign_name_en);
  part("period").textContent = t("period", {
    year: plan.starts_on.slice(0, 4),
    first: day(plan.starts_on),
    last: day(plan.ends_on),
    km: number(Math.round(plan.distance_km)),
    revision: plan.revision,
  });
  showNext(plan.stops, next);
  fill(
    part("stops"),
    plan.stops,
    (stop) => stop.id,
    (stop) => `${language()} ${places.get(stop.id)} ${stop === next} ${JSON.stringify(stop)}`,
    (stop) => stopCard(stop, places.get(stop.id), stop === next),
  );
  for (const id of ["next", "circuit"]) part(id).hidden = plan.stops.length === 0;
  part("map").hidden = way.length < 2; // one place is no way
  if (way.length > 0) part("drawing").replaceChildren(drawMap(way, next?.id, part("drawing").clientWidth || 320));
}

/**
 * @param {Stop[]} stops
 * @param {Stop | undefined} next
 */
function showNext(stops, next) {
  if (next) {
    part("next").replaceChildren(
      h("h2", {}, t(next.state === "under_way" ? "next.now" : "next.coming")),
      h("p", { class: "when" }, half(next.on, next.part)),
      h("p", { class: "where" }, h("strong", {}, named(next.township_name, next.township_name_en)), " ", placeOf(next)),
      h("p", {}, t("next.booths", { count: boothsOf(next).length }), " · ", h("a", { href: `#stop-${next.id}` }, t("next.link"))),
    );
    return;
  }
  const completed = stops.filter((stop) => stop.state === "completed");
  const served = number(servedAt(completed.flatMap(boothsOf)));
  const townships = new Set(completed.map((stop) => stop.township_code)).size;
  part("next").replaceChildren(h("h2", {}, t("over.title")), h("p", {}, t("over.text", { townships, served })));
}

/**
 * @param {Stop} stop
 * @param {number | undefined} place
 * @param {boolean} isNext
 */
function stopCard(stop, place, isNext) {
  const booths = boothsOf(stop);
  const served = booths.some((booth) => booth.served !== null);
  const summary = h(
    "summary",
    {},
    t("stop.booths", { count: booths.length }),
    served ? h("span", { class: "served" }, t("stop.served", { count: number(servedAt(booths)) })) : null,
  );
  const declined = stop.assignments.filter((booth) => booth.state === "declined");
  const details = h(
    "details",
    { open: toggled.get(stop.id) ?? isNext },
    summary,
    h("ul", { class: "booths" }, ...booths.map(boothLine), ...declined.map(declinedLine)),
  );
  summary.addEventListener("click", () => toggled.set(stop.id, !details.open));
  return h(
    "li",
    { id: `stop-${stop.id}`, class: `stop ${stop.state}${isNext ? " next-stop" : ""}`, tabindex: "-1" },
    h("span", { class: "place-number", "aria-hidden": "true" }, place ? String(place) : "×"),
    h(
      "div",
      { class: "what" },
      h(
        "div",
        { class: "head" },
        h(
          "p",
          { class: "when" },
          h("span", { class: "day" }, half(stop.on, stop.part)),
          h("span", { class: `state ${stop.state}` }, t(`stop.${stop.state}`)),
        ),
        h("h3", {}, named(stop.township_name, stop.township_name_en), " ", h("span", { class: "place" }, placeOf(stop))),
      ),
      stop.postponed_from && h("p", { class: "moved" }, postponement(stop.postponed_from)),
      stop.state === "cancelled" ? h("p", { class: "moved" }, t("stop.cancelled_because", { reason: reason(stop) })) : null,
      details,
    ),
  );
}

/** @param {NonNullable<Stop["postponed_from"]>} from on, part, reason_code and reason */
function postponement(from) {
  const was = half(String(from["on"]), from["part"] === "afternoon" ? "afternoon" : "morning");
  return t("stop.postponed", { half: was, reason: reason(from) });
}

/** @param {Booth} booth */
function boothLine(booth) {
  const team = named(booth.team_name, booth.team_name_en);
  const outcome = booth.served === null ? t(`assignment.${booth.state}`) : t("booth.served", { count: number(booth.served) });
  return h(
    "li",
    {},
    h("span", { class: "item" }, named(booth.item_name, booth.item_name_en)),
    h("span", { class: "team" }, t("booth.team", { team, count: booth.volunteers })),
    h("span", { class: "outcome" }, outcome),
  );
}

/** @param {Booth} booth */
function declinedLine(booth) {
  const item = named(booth.item_name, booth.item_name_en);
  const team = named(booth.team_name, booth.team_name_en);
  return h("li", { class: "declined" }, t("booth.declined", { item, team, reason: reason(booth) }));
}

/**
 * @param {Plan | null} plan
 * @param {OrderCounts | null} orders
 * @param {NoticeCounts | null} notices
 */
export function showFigures(plan, orders, notices) {
  const tiles = [];
  if (plan) {
    const live = plan.stops.filter((stop) => stop.state !== "cancelled");
    const completed = live.filter((stop) => stop.state === "completed");
    const booths = completed.flatMap(boothsOf);
    const townships = (/** @type {Stop[]} */ stops) => number(new Set(stops.map((stop) => stop.township_code)).size);
    const leaflets = booths.reduce((sum, booth) => sum + (booth.leaflets ?? 0), 0);
    tiles.push(
      tile(
        t("figures.townships"),
        t("figures.of", { done: townships(completed), all: townships(live) }),
        t("figures.stops", { done: completed.length, left: live.length - completed.length }),
      ),
      tile(
        t("figures.residents"),
        number(servedAt(booths)),
        t("figures.booths", { booths: number(booths.length), leaflets: number(leaflets) }),
      ),
    );
  }
  if (orders) {
    const total = Object.values(orders).reduce((sum, count) => sum + count, 0);
    const states = ORDER_STATES.filter((state) => orders[state]);
    const byState = states.map((state) => `${t(`order.${state}`)} ${number(orders[state] ?? 0)}`).join(" · ");
    tiles.push(tile(t("figures.orders"), number(total), byState));
  }
  if (notices) {
    const { inbox = 0, email = 0 } = notices.by_channel;
    const channels = t("figures.channels", { inbox: number(inbox), email: number(email) });
    tiles.push(tile(t("figures.notices"), number(notices.total), channels));
  }
  part("figures").replaceChildren(...tiles);
  part("figures").hidden = tiles.length === 0;
}

/**
 * @param {string} name
 * @param {string} figure
 * @param {string} more
 */
const tile = (name, figure, more) =>
  h("div", { class: "tile" }, h("h2", {}, name), h("p", { class: "figure" }, figure), h("p", { class: "quiet" }, more));

/**
 * What to do first, and how much of it is done.
 * @param {{editions: number, orders: OrderCounts, proposed: boolean}} soFar
 */
export function showStart({ editions, orders, proposed }) {
  const count = Object.values(orders).reduce((sum, each) => sum + each, 0);
  const accepted = TAKEN_ON.reduce((sum, state) => sum + (orders[state] ?? 0), 0);
  const step = (/** @type {string} */ what, /** @type {boolean} */ done, /** @type {string | null} */ now) =>
    h("li", { class: done ? "done" : null }, what, now && h("span", { class: "now" }, now));
  part("steps").replaceChildren(
    step(t("start.edition"), editions > 0, editions > 0 ? t("start.done") : null),
    step(t("start.orders"), accepted > 0, count > 0 ? t("start.orders_now", { accepted, count }) : null),
    step(t("start.plan"), false, proposed ? t("start.plan_now") : null),
  );
}

/**
 * @param {Plan["unserved"]} lines
 * @param {Map<string, Township>} townships by code
 */
export function showUnserved(lines, townships) {
  part("unserved").hidden = lines.length === 0;
  const rows = lines.map((line) => {
    const township = townships.get(line.township_code);
    const where = township ? named(township.name, township.name_en) : line.township_code;
    return h(
      "li",
      {},
      h("strong", {}, where, " · ", named(line.item_name, line.item_name_en)),
      h("span", { class: "reason" }, line.detail),
    );
  });
  part("lines").replaceChildren(...rows);
}

/**
 * What went wrong and what to do, in one sentence for all services that can't be reached.
 * @param {import("./api.js").Trouble[]} troubles
 * @param {boolean} isOld whether the page still shows what such a service said before
 */
export function showTroubles(troubles, isOld) {
  const names = (/** @type {import("./api.js").Trouble[]} */ some) =>
    new Intl.ListFormat(language()).format(some.map(({ service }) => t(`service.${service}`)));
  const away = troubles.filter(({ status }) => status === 0);
  const sentences = away.length > 0 ? [t("trouble.offline", { service: names(away) })] : [];
  for (const trouble of troubles.filter(({ status }) => status !== 0)) {
    const { detail, remedy = "" } = trouble.problem;
    const service = names([trouble]);
    sentences.push(detail ? t("trouble.problem", { service, detail, remedy }) : t("trouble.status", { service, status: trouble.status }));
  }
  if (isOld) sentences.push(t("trouble.old"));
  const box = part("troubles");
  if (box.textContent !== sentences.join("")) {
    box.replaceChildren(...sentences.map((sentence) => h("p", { class: "trouble" }, sentence)));
  }
}
