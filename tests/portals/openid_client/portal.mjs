// A portal as its authors' guides show it: Express, express-session, and openid-client with its default checks.
// Configuration comes by environment; "ready" on standard output says that it listens.
import { webcrypto } from "node:crypto";
import express from "express";
import session from "express-session";

// Node 18 keeps it behind a switch; the library expects it.
globalThis.crypto ??= webcrypto;
const client = await import("openid-client");

const { BASE, PORT, DISCOVERY, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;
const callback = `${BASE}/callback`;

const discover = () =>
  client.discovery(new URL(DISCOVERY), CLIENT_ID, CLIENT_SECRET, undefined, { execute: [client.allowInsecureRequests] });

let provider = await discover();

const app = express();
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { httpOnly: true, sameSite: "lax" } }));

app.get("/login", async (request, response) => {
  provider ??= await discover();
  const login = {
    verifier: client.randomPKCECodeVerifier(),
    state: client.randomState(),
    nonce: client.randomNonce(),
  };
  request.session.login = login;
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: callback,
    scope: "openid scope_all",
    acr_values: "eidas1",
    state: login.state,
    nonce: login.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(login.verifier),
    code_challenge_method: "S256",
  });
  response.redirect(url.href);
});

app.get("/callback", async (request, response) => {
  provider ??= await discover();
  const login = request.session.login;
  if (!login) return response.status(400).send("no login was begun here");
  delete request.session.login;
  const here = new URL(request.originalUrl, BASE);
  const tokens = await client.authorizationCodeGrant(provider, here, {
    pkceCodeVerifier: login.verifier,
    expectedState: login.state,
    expectedNonce: login.nonce,
    idTokenExpected: true,
  });
  const claims = await client.fetchUserInfo(provider, tokens.access_token, tokens.claims().sub);
  // Whom the session is of is the application's own question: no library asks it.
  if (typeof claims.SubjectNameID !== "string" || !claims.SubjectNameID.trim()) throw new Error("no identity");
  await new Promise((done, failed) => request.session.regenerate((error) => (error ? failed(error) : done())));
  request.session.user = {
    claims,
    idToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
  };
  response.redirect("/me");
});

app.get("/me", (request, response) => {
  const user = request.session.user;
  if (!user) return response.status(401).json({ error: "nobody is logged in" });
  response.json({ identifier: user.claims.SubjectNameID, claims: user.claims });
});

// The access token is asked with, and refreshed when it is refused; a refused refresh is the end of the session.
app.post("/refresh", async (request, response) => {
  const user = request.session.user;
  if (!user) return response.status(401).json({ error: "nobody is logged in" });
  try {
    await client.fetchUserInfo(provider, user.accessToken, user.claims.sub);
  } catch (refused) {
    if (refused.status !== 401) throw refused;
    try {
      const tokens = await client.refreshTokenGrant(provider, user.refreshToken);
      const again = tokens.claims();
      if (again && again.sub !== user.claims.sub) throw new Error("another sub");
      Object.assign(user, { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? user.refreshToken });
    } catch (error) {
      if ((error.cause?.status ?? error.status) >= 500) throw error;
      return request.session.destroy(() => response.redirect("/me"));
    }
    await client.fetchUserInfo(provider, user.accessToken, user.claims.sub);
  }
  response.redirect("/me");
});

app.post("/forget", (_request, response) => {
  provider = undefined;
  response.status(204).end();
});

app.post("/logout", (request, response) => {
  const hint = request.session.user?.idToken;
  request.session.destroy(() => {
    if (!hint) return response.redirect("/logged-out");
    const url = client.buildEndSessionUrl(provider, {
      id_token_hint: hint,
      post_logout_redirect_uri: `${BASE}/logged-out`,
    });
    response.redirect(url.href);
  });
});

app.get("/logged-out", (_request, response) => response.send("logged out"));

// A refused login is a page of the portal's own, as every guide asks for.
app.use((error, _request, response, _next) => {
  response.status(error.status ?? 400).send(`the login was refused: ${error.code ?? error.name}`);
});

app.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
