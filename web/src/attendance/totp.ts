/** The code of each half-minute (RFC 6238, SHA-1, six digits), made on the phone itself. */
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytesOf(base32: string): Uint8Array<ArrayBuffer> {
  let bits = "";
  for (const sign of base32.replace(/=+$/, "")) bits += BASE32.indexOf(sign).toString(2).padStart(5, "0");
  return new Uint8Array((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** @param at milliseconds since 1970, of the service's clock */
export async function codeAt(secret: string, at: number, stepSeconds: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8));
  const step = Math.floor(at / 1000 / stepSeconds);
  counter.setUint32(0, Math.floor(step / 2 ** 32));
  counter.setUint32(4, step % 2 ** 32);
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter.buffer));
  const offset = mac.getUint8(19) & 15;
  return String((mac.getUint32(offset) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}
