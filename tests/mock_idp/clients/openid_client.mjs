// openid-client's own calls against the provider, one JSON line for each; the test answers for browser and person.
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";

// Node 18 keeps it behind a switch; the library expects it.
globalThis.crypto ??= webcrypto;
const client = await import("openid-client");

const { DISCOVERY, CLIENT_ID, CLIENT_SECRET, CALLBACK, AFTER, IDNAT, FLOW, CHANNEL } = process.env;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what) => console.log(JSON.stringify(what));
const hear = async () => (await lines.next()).value;

const provider = await client.discovery(new URL(DISCOVERY), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests],
});

async function code() {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: CALLBACK,
    scope: "openid scope_all",
    acr_values: "eidas1",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  say({ url: url.href });
  const tokens = await client.authorizationCodeGrant(provider, new URL(await hear()), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const refreshed = await client.refreshTokenGrant(provider, tokens.refresh_token);
  const user = await client.fetchUserInfo(provider, refreshed.access_token, tokens.claims().sub);
  const active = (await client.tokenIntrospection(provider, refreshed.access_token)).active;
  const logout = client.buildEndSessionUrl(provider, {
    id_token_hint: refreshed.id_token,
    post_logout_redirect_uri: AFTER,
    state: "l0gout",
  });
  say({ first: tokens.claims().SubjectNameID, second: refreshed.claims().SubjectNameID, user: user.SubjectNameID });
  say({ active, logout: logout.href });
  // the browser logs out meanwhile, or nobody does and the token is taken back
  if ((await hear()) === "revoke") await client.tokenRevocation(provider, refreshed.refresh_token);
  say(await worth(refreshed));
}

// What tokens are worth: whether the access token is active, and why a refresh is refused.
async function worth(tokens) {
  const active = (await client.tokenIntrospection(provider, tokens.access_token)).active;
  const refresh = await client.refreshTokenGrant(provider, tokens.refresh_token).then(
    () => "given",
    (error) => error.error,
  );
  return { active, refresh };
}

async function ciba() {
  const asked = await client.initiateBackchannelAuthentication(provider, {
    scope: "openid scope_all",
    login_hint: IDNAT,
    binding_message: "42",
    acr_values: "eidas1",
    channel: CHANNEL,
  });
  say({ expires_in: asked.expires_in, interval: asked.interval });
  try {
    const tokens = await client.pollBackchannelAuthenticationGrant(provider, asked);
    const user = await client.fetchUserInfo(provider, tokens.access_token, tokens.claims().sub);
    const refreshed = await client.refreshTokenGrant(provider, tokens.refresh_token);
    say({ user: user.SubjectNameID, second: refreshed.claims().SubjectNameID });
    // no browser: the server itself posts what it would have sent one to
    const url = client.buildEndSessionUrl(provider, { id_token_hint: refreshed.id_token });
    const bye = await fetch(url.origin + url.pathname, { method: "POST", body: url.searchParams, redirect: "manual" });
    say({ status: bye.status, ...(await worth(refreshed)) });
  } catch (error) {
    say({ error: error.error });
  }
}

await (FLOW === "ciba" ? ciba() : code());
process.exit(0);
