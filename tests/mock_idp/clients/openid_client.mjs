// openid-client's own calls against the provider, one JSON line for each; the test answers for browser and person.
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";

// Node 18 keeps it behind a switch; the library expects it.
globalThis.crypto ??= webcrypto;
const client = await import("openid-client");

const { DISCOVERY, CLIENT_ID, CLIENT_SECRET, CALLBACK, IDNAT, FLOW } = process.env;
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
  await client.tokenRevocation(provider, refreshed.refresh_token);
  const after = (await client.tokenIntrospection(provider, refreshed.access_token)).active;
  const logout = client.buildEndSessionUrl(provider, { id_token_hint: tokens.id_token, client_id: CLIENT_ID });
  say({ first: tokens.claims().SubjectNameID, second: refreshed.claims().SubjectNameID, user: user.SubjectNameID });
  say({ active, after, logout: logout.href });
}

async function ciba() {
  const asked = await client.initiateBackchannelAuthentication(provider, {
    scope: "openid scope_all",
    login_hint: IDNAT,
    binding_message: "42",
    acr_values: "eidas1",
  });
  say({ expires_in: asked.expires_in, interval: asked.interval });
  try {
    const tokens = await client.pollBackchannelAuthenticationGrant(provider, asked);
    const user = await client.fetchUserInfo(provider, tokens.access_token, tokens.claims().sub);
    say({ user: user.SubjectNameID });
  } catch (error) {
    say({ error: error.error });
  }
}

await (FLOW === "ciba" ? ciba() : code());
process.exit(0);
