/** Photographs, made small enough before they are sent. */
const QUALITY = 0.8;
const ENOUGH_BYTES = 40_000;
/** How JPEG and PNG begin. */
const TAKEN = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47]];

/** A telephone's photograph, as large as it is needed, and as JPEG where it is of another kind that the browser reads,
 * such as WebP: the service takes only what it can look through. What no browser reads stays, and is refused in words. */
export async function shrunk(file: File, longestSide: number, enough = ENOUGH_BYTES): Promise<ArrayBuffer> {
  const original = await file.arrayBuffer();
  const bitmap = await createImageBitmap(file).catch(() => null); // no picture, or damaged
  const isTaken = TAKEN.some((begins) => begins.every((byte, place) => new Uint8Array(original)[place] === byte));
  if (!bitmap || (isTaken && original.byteLength <= enough && Math.max(bitmap.width, bitmap.height) <= longestSide)) return original;
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
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
