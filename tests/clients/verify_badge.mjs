// Verifies badges as somebody else's program would: by jose and the published keys alone.
import { text } from "node:stream/consumers";

import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";

const facts = JSON.parse(await text(process.stdin));
const keys = createLocalJWKSet({ keys: facts.keys });
const said = [];
for (const { token, at } of facts.badges) {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer: facts.issuer, typ: "badge+jwt", algorithms: ["ES256"], currentDate: new Date(at) });
    said.push({ ok: true, claims: payload, kid: decodeProtectedHeader(token).kid });
  } catch (error) {
    said.push({ ok: false, code: error.code });
  }
}
console.log(JSON.stringify(said));
