// The whole portal runs here: oidc-client-ts makes the request, takes the answer and keeps the user.
const described = await (await fetch("/settings.json")).json();
const manager = new oidc.UserManager({
  ...described,
  scope: "openid scope_all",
  acr_values: "eidas1",
  loadUserInfo: true,
  automaticSilentRenew: false,
});
const show = (id, text) => { document.getElementById(id).textContent = text; };

document.getElementById("connexion").addEventListener("click", () => manager.signinRedirect({ nonce: crypto.randomUUID() }));
document.getElementById("deconnexion").addEventListener("click", () => manager.signoutRedirect());

let refused = "";
if (location.pathname === "/callback") {
  try {
    await manager.signinCallback();
  } catch (error) {
    await manager.removeUser();
    refused = `the login was refused: ${error.name}`;
  }
  history.replaceState(null, "", "/");
}
const user = await manager.getUser();
show("state", user ? "logged in" : refused || "nobody is logged in");
show("identifier", user ? user.profile.SubjectNameID : "");
