"""RFC 6749 2.3 and 3.1, RFC 6750 and RFC 9700 4.2: what the portal sends, and what it must not send."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial

SECRETS: Final = frozenset({"access_token", "client_assertion", "client_secret", "password", "refresh_token"})


def derived_from(value: str) -> set[str]:
    """Return what a portal is known to make of one random value in place of drawing a second one."""
    digests = [getattr(hashlib, name)(value.encode()).digest() for name in ("md5", "sha1", "sha256")]
    texts = {base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests}
    return {value, value[::-1], *texts, *(digest.hex() for digest in digests)}


@Scenario(
    id="req.nonce.derived",
    clause="PSC request-independent",
    title_fr="nonce et state sont indépendants",
    title_en="nonce and state are independent",
    mend_fr="Tirer nonce et state séparément.",
    mend_en="Draw nonce and state separately.",
    expected=Expected.KEPT,
    caught_by=Defect.DERIVES_NONCE,
)
def test_independent_values(trial: Trial) -> None:
    """Begin a login and see whether one value follows from the other."""
    for request in trial.requests(1):
        state, nonce = request.get("state") or "", request.get("nonce") or ""
        if not state or not nonce:
            # a value that is missing is the matter of another scenario
            continue
        derived = nonce in derived_from(state) or state in derived_from(nonce)
        trial.finds(
            kept=not derived,
            fr="l'un se calcule à partir de l'autre" if derived else "aucun lien connu entre les deux valeurs",
            en="one follows from the other" if derived else "no known link between the two values",
        )


@Scenario(
    id="req.secrets",
    clause="RFC6750 5.3",
    title_fr="Aucun secret ne passe par le navigateur",
    title_en="No secret goes by way of the browser",
    mend_fr="Garder secret et jetons côté serveur ; rien de tel dans une adresse.",
    mend_en="Keep the secret and the tokens on the server; nothing of the kind in an address.",
    expected=Expected.KEPT,
    caught_by=Defect.SENDS_SECRET_BY_BROWSER,
)
def test_secrets_in_addresses(trial: Trial) -> None:
    """Log in and look at every address that the browser was sent to."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    addresses = [hop.url for _, hop in visit.hops()]
    found = sorted({name for url in addresses for name, _ in parse_qsl(urlsplit(url).query)} & SECRETS)
    trial.finds(
        kept=not found,
        fr=f"dans une adresse : {', '.join(found)}" if found else f"{len(addresses)} adresses, aucun secret",
        en=f"in an address: {', '.join(found)}" if found else f"{len(addresses)} addresses, no secret",
    )


@Scenario(
    id="req.referrer",
    clause="RFC9700 4.2",
    title_fr="Le code ne reste pas dans la barre d'adresse",
    title_en="The code does not stay in the address bar",
    mend_fr="Après avoir traité la réponse, rediriger vers une adresse sans code ni state.",
    mend_en="Once the response is handled, redirect to an address without code or state.",
    expected=Expected.KEPT,
    caught_by=Defect.STAYS_ON_CALLBACK_PAGE,
)
def test_code_in_the_address(trial: Trial) -> None:
    """Log in and look where the browser stays."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if visit.page is None:
        return
    stays = "code" in dict(parse_qsl(urlsplit(visit.page.url).query)) and visit.page.stopped_at is None
    trial.finds(
        kept=not stays,
        fr="le navigateur reste à l'adresse qui porte le code" if stays else "l'adresse finale ne porte pas le code",
        en="the browser stays at the address with the code" if stays else "the final address does not carry the code",
    )


@Scenario(
    id="tok.auth.single",
    clause="RFC6749 2.3",
    title_fr="Le portail s'authentifie d'une seule façon au point de jeton",
    title_en="The portal authenticates in one way only at the token endpoint",
    mend_fr="Choisir client_secret_basic ou client_secret_post, pas les deux.",
    mend_en="Choose client_secret_basic or client_secret_post, not both.",
    expected=Expected.KEPT,
    caught_by=Defect.SENDS_SECRET_TWICE,
)
def test_one_authentication(trial: Trial) -> None:
    """Log in and look at the token request."""
    for call in trial.log_in().calls("token"):
        ways = [name for name in ("Authorization", "client_secret", "client_assertion") if call.asked(name) is not None]
        trial.finds(kept=len(ways) <= 1, fr=f"moyens : {', '.join(ways) or '—'}", en=f"means: {', '.join(ways) or '—'}")


@Scenario(
    id="uin.bearer",
    clause="OIDC-CORE 5.3.1",
    title_fr="Le jeton d'accès n'est pas dans l'adresse de userinfo",
    title_en="The access token is not in the address of userinfo",
    mend_fr="Envoyer le jeton d'accès dans l'en-tête Authorization: Bearer.",
    mend_en="Send the access token in the header Authorization: Bearer.",
    expected=Expected.KEPT,
    caught_by=Defect.SENDS_TOKEN_IN_ADDRESS,
)
def test_access_token_in_the_address(trial: Trial) -> None:
    """Log in and look at the userinfo request."""
    for call in trial.log_in().calls("userinfo"):
        # a GET has no body: what was asked besides headers stood in the address
        exposed = call.method == "GET" and call.asked("access_token") is not None
        trial.finds(
            kept=not exposed,
            fr="jeton dans l'adresse" if exposed else "jeton hors de l'adresse",
            en="token in the address" if exposed else "token outside the address",
        )
