/** Pictures of items: made small enough here, checked and kept by catalog. */
import { catalog, must } from "../app/api";
import { shrunk } from "../app/photos";
import type { components } from "../../types/catalog";

export type Item = components["schemas"]["ItemAnswer"];

/** A menu shows it 72 pixels wide, its own page 320; a phone has up to three points to a pixel, and a menu seventy pictures. */
const LONGEST_SIDE = 480;
/** Where anybody sees a picture. */
export const addressOf = (picture: string): string => `/api/catalog/open/pictures/${picture}`;

/** @throws Refusal */
export async function givePicture(code: string, file: File): Promise<Item> {
  const bytes = await shrunk(file, LONGEST_SIDE);
  return must(
    catalog.POST("/items/{code}/picture", {
      params: { path: { code } },
      body: bytes as unknown as string,
      bodySerializer: () => bytes,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}
