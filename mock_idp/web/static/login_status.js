// The provider's side of OpenID Connect Session Management 1.0, 3.2: asked with "client_id session_state", it answers
// "unchanged", "changed" or "error" to the origin that asked.
"use strict";
window.addEventListener("message", async (event) => {
  const parts = typeof event.data === "string" ? event.data.split(" ") : [];
  if (event.origin === window.location.origin || parts.length !== 2) {
    return;
  }
  const asked = new URLSearchParams({ client_id: parts[0], session_state: parts[1] });
  let news = "error";
  try {
    const answer = await fetch(window.location.pathname + "/init?" + asked);
    news = answer.status === 204 ? "unchanged" : "changed";
  } catch {
    // the provider is not there: "error" says so
  }
  event.source.postMessage(news, event.origin);
});
