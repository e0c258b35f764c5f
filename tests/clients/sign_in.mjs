// Signs in with openid-client as a relying party does: discovery, code with PKCE, userinfo, refresh, sign-out.
// The person at the browser is played by fetch, which fills in the page's form.
import { text } from "node:stream/consumers";

import * as client from "openid-client";

const { issuer, login, password, totp, redirect_uri, client_id } = JSON.parse(await text(process.stdin));
const insecure = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(issuer), client_id, undefined, client.None(), insecure);

/** What comes back from the provider when a person fills in its form. */
async function visit(url, typed) {
  const page = await fetch(url, { redirect: "manual" });
  if (page.status === 303) return new URL(page.headers.get("location"));
  const hidden = [...(await page.text()).matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, value.replaceAll("&amp;", "&")]));
  const body = new URLSearchParams({ ...fields, ...typed });
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  if (answer.status !== 303) throw new Error(`the form answers ${answer.status}: ${await answer.text()}`);
  return new URL(answer.headers.get("location"));
}

async function refusal(work) {
  try {
    await work();
  } catch (error) {
    return error.error ?? error.code ?? String(error);
  }
  return null;
}

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
const expectedNonce = client.randomNonce();
const expectedState = client.randomState();
const asked = {
  redirect_uri,
  scope: "openid",
  code_challenge,
  code_challenge_method: "S256",
  nonce: expectedNonce,
  state: expectedState,
};
const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
const url = (more) => client.buildAuthorizationUrl(config, { ...asked, ...more });

const silent = await visit(url({ prompt: "none" }), {});
const silently = await refusal(() => client.authorizationCodeGrant(config, silent, checks));
const left = await visit(url(), { cancel: "yes" });
const cancelled = await refusal(() => client.authorizationCodeGrant(config, left, checks));

const back = await visit(url(), { login, password, code: totp });
const tokens = await client.authorizationCodeGrant(config, back, { ...checks, maxAge: 300 });
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);

const leaving = client.buildEndSessionUrl(config, {
  id_token_hint: renewed.id_token,
  post_logout_redirect_uri: redirect_uri,
  state: "bye",
});
const home = await fetch(leaving, { redirect: "manual" });
const after = await refusal(() => client.refreshTokenGrant(config, renewed.refresh_token));

const once = await visit(url(), { login, password, code: totp });
const twice = await client.authorizationCodeGrant(config, once, checks);
await client.tokenRevocation(config, twice.refresh_token);
const revoked = await refusal(() => client.refreshTokenGrant(config, twice.refresh_token));

console.log(
  JSON.stringify({
    silently,
    cancelled,
    claims: tokens.claims(),
    renewed: renewed.claims(),
    user,
    signedOut: [home.status, home.headers.get("location")],
    after,
    revoked,
  }),
);
