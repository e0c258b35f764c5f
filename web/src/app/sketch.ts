/** Where pins lie on a sketch, such as the stops of a circuit: north is up, the scale is the same both ways, which suits one city. */

/** What stands at a point of the map. */
export interface Pin {
  id: string;
  point: { lat: number; lon: number };
}

export interface Place<T extends Pin> {
  pin: T;
  number: number;
  x: number;
  y: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Sketch<T extends Pin> {
  places: Place<T>[];
  /** Where the names stand; a pin whose name fits nowhere has its number only. */
  names: Map<string, Box>;
  width: number;
  height: number;
  radius: number;
  scale: { km: number; pixels: number };
}

const KM_PER_DEGREE = 111.195; // of latitude, on a sphere of 6371.0088 km
const MARGIN = 24;
const NARROW = 400;
const LETTER = 12;
const SCALES_KM = [10, 5, 2, 1, 0.5, 0.2, 0.1];
const LONGEST_SCALE = 110;

/** @param pins in the order of their numbers; @param nextId keeps its name first; @param width in pixels */
export function sketchOf<T extends Pin>(pins: T[], nextId: string | undefined, width: number, nameOf: (pin: T) => string): Sketch<T> {
  const radius = width < NARROW ? 9 : 11;
  const { places, pixelsPerKm, height } = project(pins, width);
  separate(places, 2 * radius + 3);
  const km = SCALES_KM.find((wanted) => wanted * pixelsPerKm <= LONGEST_SCALE) ?? 0.1;
  return { places, names: placeNames(places, nextId, radius, width, height, nameOf), width, height, radius, scale: { km, pixels: km * pixelsPerKm } };
}

function project<T extends Pin>(pins: T[], width: number): { places: Place<T>[]; pixelsPerKm: number; height: number } {
  const lats = pins.map((pin) => pin.point.lat);
  const lons = pins.map((pin) => pin.point.lon);
  const [north, south, west, east] = [Math.max(...lats), Math.min(...lats), Math.min(...lons), Math.max(...lons)];
  const kmPerLongitude = KM_PER_DEGREE * Math.cos((((north + south) / 2) * Math.PI) / 180);
  const wideKm = Math.max((east - west) * kmPerLongitude, 1);
  const highKm = Math.max((north - south) * KM_PER_DEGREE, 1);
  const pixelsPerKm = Math.min((width - 2 * MARGIN) / wideKm, (width * 1.1 - 2 * MARGIN) / highKm);
  const left = (width - wideKm * pixelsPerKm) / 2;
  const places = pins.map((pin, index) => ({
    pin,
    number: index + 1,
    x: left + (pin.point.lon - west) * kmPerLongitude * pixelsPerKm,
    y: MARGIN + (north - pin.point.lat) * KM_PER_DEGREE * pixelsPerKm,
  }));
  return { places, pixelsPerKm, height: Math.round(highKm * pixelsPerKm + 2 * MARGIN + 14) };
}

/** Pushes points apart that would cover each other. */
function separate(places: Place<Pin>[], least: number): void {
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

function placeNames<T extends Pin>(places: Place<T>[], nextId: string | undefined, radius: number, width: number, height: number, nameOf: (pin: T) => string): Map<string, Box> {
  const taken: Box[] = places.map(({ x, y }) => ({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }));
  const way = beads(places);
  const names = new Map<string, Box>();
  const nextFirst = [...places].sort((one, other) => Number(other.pin.id === nextId) - Number(one.pin.id === nextId));
  for (const place of nextFirst) {
    const box = spots(place, nameOf(place.pin), radius)
      .filter((spot) => spot.x >= 2 && spot.y >= 0 && spot.x + spot.width <= width - 2 && spot.y + spot.height <= height - 14)
      .filter((spot) => !taken.some((other) => overlap(spot, other)) && nearest(spot, places) === place)
      .map((spot) => ({ spot, covered: way.filter((bead) => overlap(spot, { ...bead, width: 1, height: 1 })).length }))
      .sort((one, other) => one.covered - other.covered)[0]?.spot;
    if (!box) continue;
    taken.push(box);
    names.set(place.pin.id, box);
  }
  return names;
}

function spots({ x, y }: Place<Pin>, name: string, radius: number): Box[] {
  const wide = [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? LETTER : LETTER * 0.56), 0);
  const [right, left, middle, below, above] = [radius + 4, -radius - 4 - wide, -wide / 2, radius + 2, -radius - LETTER - 4];
  const offsets: [number, number][] = [
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
  return offsets.map(([dx, dy]) => ({ x: x + dx, y: y + dy, width: wide, height: LETTER + 3 }));
}

/** Points along the way, close together, by which a name is kept off the line. */
function beads(places: Place<Pin>[]): { x: number; y: number }[] {
  return places.slice(1).flatMap((to, index) => {
    const from = places[index] ?? to;
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 6);
    return Array.from({ length: steps }, (_, step) => ({ x: from.x + ((to.x - from.x) * step) / steps, y: from.y + ((to.y - from.y) * step) / steps }));
  });
}

function nearest<T extends Pin>(box: Box, places: Place<T>[]): Place<T> | undefined {
  const away = ({ x, y }: Place<Pin>): number => Math.hypot(x - box.x - box.width / 2, y - box.y - box.height / 2);
  return [...places].sort((one, other) => away(one) - away(other))[0];
}

const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
