/** Pictures of items: made small enough here, checked and kept by catalog. */
import { catalog, must } from "../app/api";
import type { components } from "../../types/catalog";

export type Item = components["schemas"]["ItemAnswer"];

/** A menu shows it 72 pixels wide, its own page 320; a phone has up to three points to a pixel, and a menu seventy pictures. */
const LONGEST_SIDE = 480;
const QUALITY = 0.8;
const ENOUGH_BYTES = 40_000;
/** How JPEG and PNG begin. */
const TAKEN = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47]];

/** Where anybody sees a picture. */
export const addressOf = (picture: string): string => `/api/catalog/open/pictures/${picture}`;

/** A telephone's photograph, as large as a menu needs it, and as JPEG where it is of another kind that the browser reads,
 * such as WebP: the service takes only what it can look through. What no browser reads stays, and is refused in words. */
export async function shrunk(file: File, longest = LONGEST_SIDE, enough = ENOUGH_BYTES): Promise<ArrayBuffer> {
  const original = await file.arrayBuffer();
  const bitmap = await createImageBitmap(file).catch(() => null); // no picture, or damaged
  const isTaken = TAKEN.some((begins) => begins.every((byte, place) => new Uint8Array(original)[place] === byte));
  if (!bitmap || (isTaken && original.byteLength <= enough && Math.max(bitmap.width, bitmap.height) <= longest)) return original;
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  if (!context) return original;
  context.fillStyle = "#fff"; // JPEG knows no transparency
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return blob ? blob.arrayBuffer() : original;
}

/** @throws Refusal */
export async function givePicture(code: string, file: File): Promise<Item> {
  const bytes = await shrunk(file);
  return must(
    catalog.POST("/items/{code}/picture", {
      params: { path: { code } },
      body: bytes as unknown as string,
      bodySerializer: () => bytes,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}
