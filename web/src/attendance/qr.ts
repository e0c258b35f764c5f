/**
 * A QR code drawn without a connection: version 5, level L, mask 0 (ISO/IEC 18004), which holds an address of up to
 * 106 bytes. Codes that are printed come from the service.
 */
const SIZE = 37;
const DATA = 108;
const CHECK = 26;
export const MOST_BYTES = 106;
const QUIET = 4;
const ALIGNED = 30;

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

/** The remainder of the data by the Reed-Solomon generator of degree 26. */
function checkOf(data: number[]): number[] {
  const generator: number[] = new Array<number>(CHECK).fill(0);
  generator[CHECK - 1] = 1;
  let root = 1;
  for (let i = 0; i < CHECK; i++) {
    for (let j = 0; j < CHECK; j++) generator[j] = times(generator[j]!, root) ^ (generator[j + 1] ?? 0);
    root = times(root, 2);
  }
  const rest: number[] = new Array<number>(CHECK).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    generator.forEach((part, i) => (rest[i]! ^= times(part, factor)));
  }
  return rest;
}

function wordsOf(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MOST_BYTES) throw new RangeError("too long for this code");
  const bits = `0100${bytes.length.toString(2).padStart(8, "0")}${[...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("")}0000`;
  const words = (bits.slice(0, DATA * 8).match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
  for (let pad = 0xec; words.length < DATA; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** The dark modules as the squares of one path, as the service draws its codes. */
export function qrOf(text: string): { size: number; path: string } {
  const dark: (boolean | null)[][] = Array.from({ length: SIZE }, () => new Array<boolean | null>(SIZE).fill(null));
  const set = (x: number, y: number, is: boolean): void => {
    if (dark[y] && x >= 0 && x < SIZE) dark[y][x] = is;
  };
  for (let i = 0; i < SIZE; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]] as const)
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const far = Math.max(Math.abs(dx), Math.abs(dy));
        set(x + dx, y + dy, far !== 2 && far !== 4);
      }
  for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(ALIGNED + dx, ALIGNED + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  formatBits((x, y, is) => set(x, y, is));
  const data = wordsOf(text);
  const words = [...data, ...checkOf(data)];
  let at = 0;
  for (let right = SIZE - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < SIZE; step++)
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? SIZE - 1 - step : step;
        if (dark[y]![x] !== null) continue;
        const bit = at < words.length * 8 && ((words[at >>> 3]! >>> (7 - (at & 7))) & 1) === 1;
        at += 1;
        dark[y]![x] = bit !== ((x + y) % 2 === 0);
      }
  }
  const path = dark.flatMap((row, y) => row.map((is, x) => (is ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ""))).join("");
  return { size: SIZE + 2 * QUIET, path };
}

/** Level L and mask 0, twice. */
function formatBits(set: (x: number, y: number, is: boolean) => void): void {
  const said = 1 << 3;
  let rest = said;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((said << 10) | rest) ^ 0x5412;
  const bit = (i: number): boolean => ((bits >>> i) & 1) === 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(SIZE - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, SIZE - 15 + i, bit(i));
  set(8, SIZE - 8, true);
}
