// @ts-check
/** The way of a circuit as a sketch: the stops' points, numbered, and the lines between them. */

import { s } from "./elements.js";
import { named, number, t } from "./texts.js";

/** @typedef {import("./view.js").Stop} Stop */
/** @typedef {{stop: Stop, number: number, x: number, y: number}} Place in pixels */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const KM_PER_DEGREE = 111.195; // of latitude, on a sphere of 6371.0088 km
const MARGIN = 24;
const RADIUS = 11;
const NARROW = 400;
const LETTER = 12;

/**
 * @param {Stop[]} stops in travel order, without those called off
 * @param {string | undefined} nextId the stop that stands out
 * @param {number} width in pixels
 */
export function drawMap(stops, nextId, width) {
  const { places, pixelsPerKm, height } = project(stops, width);
  const radius = width < NARROW ? RADIUS - 2 : RADIUS;
  separate(places, 2 * radius + 3);
  const travelled = places.filter(({ stop }) => stop.state === "completed" || stop.state === "under_way");
  const drawing = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": t("map.label", { count: stops.length }) },
    s("polyline", { class: "way", points: line(places) }),
    s("polyline", { class: "way travelled", points: line(travelled) }),
    scale(pixelsPerKm, height),
  );
  /** @type {Box[]} */
  const taken = places.map(({ x, y }) => ({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }));
  const trodden = beads(places);
  const nextFirst = [...places].sort((one, other) => Number(other.stop.id === nextId) - Number(one.stop.id === nextId));
  /** @type {Map<Place, Box>} */
  const spots = new Map();
  for (const place of nextFirst) {
    const spot = freeSpot(place, nameOf(place), radius, { places, taken, trodden, width, height });
    if (!spot) continue;
    taken.push(spot);
    spots.set(place, spot);
  }
  for (const place of places) {
    const name = nameOf(place);
    const spot = spots.get(place);
    const label = t("stop.point", { number: place.number, name });
    drawing.append(
      s(
        "a",
        { href: `#stop-${place.stop.id}`, class: `point ${place.stop.state}${place.stop.id === nextId ? " next" : ""}`, "aria-label": label },
        s("title", {}, label),
        s("circle", { cx: place.x, cy: place.y, r: radius }),
        s("text", { class: "number", x: place.x, y: place.y + 4, "text-anchor": "middle" }, String(place.number)),
        spot ? s("text", { class: "name", x: spot.x, y: spot.y + LETTER - 1 }, name) : null,
      ),
    );
  }
  return drawing;
}

/** @param {Place} place */
const nameOf = ({ stop }) => named(stop.township_name, stop.township_name_en);

/**
 * Equal scale both ways, which is right for one city; north is up.
 * @param {Stop[]} stops
 * @param {number} width
 * @returns {{places: Place[], pixelsPerKm: number, height: number}}
 */
function project(stops, width) {
  const lats = stops.map((stop) => stop.point.lat);
  const lons = stops.map((stop) => stop.point.lon);
  const [north, south, west, east] = [Math.max(...lats), Math.min(...lats), Math.min(...lons), Math.max(...lons)];
  const kmPerLongitude = KM_PER_DEGREE * Math.cos((((north + south) / 2) * Math.PI) / 180);
  const wideKm = Math.max((east - west) * kmPerLongitude, 1);
  const highKm = Math.max((north - south) * KM_PER_DEGREE, 1);
  const pixelsPerKm = Math.min((width - 2 * MARGIN) / wideKm, (width * 1.1 - 2 * MARGIN) / highKm);
  const left = (width - wideKm * pixelsPerKm) / 2;
  const places = stops.map((stop, index) => ({
    stop,
    number: index + 1,
    x: left + (stop.point.lon - west) * kmPerLongitude * pixelsPerKm,
    y: MARGIN + (north - stop.point.lat) * KM_PER_DEGREE * pixelsPerKm,
  }));
  return { places, pixelsPerKm, height: Math.round(highKm * pixelsPerKm + 2 * MARGIN + 14) };
}

/**
 * Pushes points apart that would cover each other.
 * @param {Place[]} places changed in place
 * @param {number} least distance in pixels
 */
function separate(places, least) {
  for (let round = 0; round < 60; round++) {
    let moved = false;
    places.forEach((one, index) => {
      for (const other of places.slice(index + 1)) {
        const [dx, dy] = [other.x - one.x || 0.1, other.y - one.y || 0.1];
        const distance = Math.hypot(dx, dy);
        if (distance >= least) continue;
        const push = (least - distance) / 2 / distance;
        one.x -= dx * push;
        one.y -= dy * push;
        other.x += dx * push;
        other.y += dy * push;
        moved = true;
      }
    });
    if (!moved) return;
  }
}

/** @param {Place[]} places */
const line = (places) => places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/**
 * Points along the way, close together, by which a name is kept off the line.
 * @param {Place[]} places
 */
function beads(places) {
  return places.slice(1).flatMap((to, index) => {
    const from = places[index] ?? to;
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 6);
    return Array.from({ length: steps }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps,
      y: from.y + ((to.y - from.y) * step) / steps,
    }));
  });
}

/**
 * Where the name fits beside its point, nearer to it than to others, without covering a point or a name,
 * and the way as little as can be; undefined when nowhere: the number says it.
 * @param {Place} place
 * @param {string} name
 * @param {number} radius
 * @param {{places: Place[], taken: Box[], trodden: {x: number, y: number}[], width: number, height: number}} sketch
 * @returns {Box | undefined}
 */
function freeSpot(place, name, radius, { places, taken, trodden, width, height }) {
  const { x, y } = place;
  const wide = [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? LETTER : LETTER * 0.56), 0);
  const [right, left, middle, below, above] = [radius + 4, -radius - 4 - wide, -wide / 2, radius + 2, -radius - LETTER - 4];
  const offsets = [
    [right, -LETTER / 2 - 1],
    [left, -LETTER / 2 - 1],
    [middle, below],
    [middle, above],
    [middle, below + 5],
    [middle, above - 5],
    [right - 4, below - 4],
    [right - 4, above + 4],
    [left + 4, below - 4],
    [left + 4, above + 4],
  ];
  return offsets
    .map(([dx = 0, dy = 0]) => ({ x: x + dx, y: y + dy, width: wide, height: LETTER + 3 }))
    .filter((box) => box.x >= 2 && box.y >= 0 && box.x + wide <= width - 2 && box.y + box.height <= height - 14)
    .filter((box) => !taken.some((other) => overlap(box, other)))
    .filter((box) => nearest(box, places) === place)
    .map((box) => ({ box, covered: trodden.filter((bead) => overlap(box, { ...bead, width: 1, height: 1 })).length }))
    .sort((one, other) => one.covered - other.covered)[0]?.box;
}

/**
 * @param {Box} box
 * @param {Place[]} places
 */
function nearest(box, places) {
  const away = (/** @type {Place} */ { x, y }) => Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2);
  return places.reduce((best, place) => (away(place) < away(best) ? place : best));
}

/**
 * @param {Box} a
 * @param {Box} b
 */
const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/**
 * @param {number} pixelsPerKm
 * @param {number} height
 */
function scale(pixelsPerKm, height) {
  const km = [10, 5, 2, 1, 0.5, 0.2].find((wanted) => wanted * pixelsPerKm <= 110) ?? 0.1;
  const [left, right, y] = [10, 10 + km * pixelsPerKm, height - 8];
  return s(
    "g",
    { class: "scale" },
    s("path", { d: `M${left} ${y - 4}v4H${right}v-4` }),
    s("text", { x: right + 6, y: y + 1 }, t("map.scale", { km: number(km) })),
  );
}
