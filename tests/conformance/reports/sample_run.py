"""A made-up run with one scenario of every verdict, to see what the reports make of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.outcome import Outcome, Verdict
from conformance.reports import read_run

if TYPE_CHECKING:
    from conformance.events import Event
    from conformance.reports import Run

PORTAL = "https://portail.test"
ISSUER = "https://psc.test/auth/realms/esante-wallet"
AT = 1_700_000_000.25
"""2023-11-14 22:13:20.250 UTC."""

LIE = {
    "deviation": {"kind": "set-claim", "name": "iss", "value": "https://autre.test", "seam": "id-token"},
    "honest": {"iss": ISSUER},
    "told": {"iss": "https://autre.test"},
}


def start(**changed: Any) -> Event:
    """Return the opening event of a run."""
    event = {
        "kind": "run",
        "schema": 1,
        "at": AT,
        "version": "1.2.3",
        "portal": {"name": "portail témoin", "base_url": PORTAL},
        "provider": {"issuer": ISSUER},
        "descriptor": {
            "path": "essais/mon portail.toml",
            "addresses": [
                {"key": "portal.callback", "url": f"{PORTAL}/callback", "line": 7},
                {"key": "portal.logout", "url": f"{PORTAL}/logout", "line": 8},
                {"key": "portal.login", "url": f"{PORTAL}/login", "line": 6},
                {"key": "portal.base_url", "url": PORTAL, "line": 5},
            ],
        },
        "profile": "psc",
        "profile_fr": "Profil",
        "profile_en": "Profile",
        "select": [],
        "degraded": False,
    }
    return event | changed


def end(code: int = 1) -> Event:
    """Return the closing event of a run."""
    return {"kind": "end", "code": code, "counts": {one.value: 1 for one in Verdict}, "errors": 0, "seconds": 2.5}


def hop(scenario: str, url: str, **changed: Any) -> Event:
    """Return one request of the case itself."""
    event = {
        "kind": "hop",
        "scenario": scenario,
        "login": 2,
        "role": "tried",
        "channel": "front",
        "at": AT + 1,
        "method": "GET",
        "url": url,
        "status": 200,
        "request": [],
        "response": [["Content-Type", "text/html"]],
        "trouble": "",
        "seconds": 0.0125,
        "told": [],
    }
    return event | changed


def scenario(name: str, verdict: Verdict, *hops: Event, **changed: Any) -> list[Event]:
    """Return the events of one scenario, from its card to its verdict."""
    card = {
        "kind": "scenario",
        "scenario": name,
        "title_fr": f"titre de {name}",
        "title_en": f"title of {name}",
        "mend_fr": f"corriger {name}",
        "mend_en": f"mend {name}",
        "expected": "refused",
        "clause": {
            "key": "OIDC-CORE 3.1.3.7(2)",
            "document": "OpenID Connect Core 1.0",
            "section": "3.1.3.7(2)",
            "level": "must",
            "url": "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation",
            "gist_fr": "iss est l'émetteur",
            "gist_en": "iss is the issuer",
        },
        "deviations": [],
    }
    ruling: Event = {
        "kind": "verdict",
        "scenario": name,
        "outcome": (Outcome.REFUSED if verdict is Verdict.PASSED else Outcome.ACCEPTED_HARMLESS).value,
        "verdict": verdict.value,
        "level": "must",
        "reason": "unnoticed",
        "expected_fr": "refuser",
        "expected_en": "refuse",
        "seen_fr": f"vu en {name}",
        "seen_en": f"seen in {name}",
        "findings": [],
        "exception": None,
        "known": None,
        "recovered": None,
        "told": [],
        "attempts": [],
        "seconds": 0.5,
    }
    return [card, *hops, ruling | changed]


def token_call(name: str) -> Event:
    """Return the portal's own call to the token endpoint, in which a lie was told."""
    return hop(
        name,
        f"{ISSUER}/protocol/openid-connect/token",
        channel="back",
        method="POST",
        request=[
            ["grant_type", "authorization_code"],
            ["code", "‹code 11111111›"],
            ["Authorization", "‹Authorization 22222222›"],
            ["Content-Type", "application/x-www-form-urlencoded"],
        ],
        response=[["access_token", "‹access_token 33333333›"], ["expires_in", 120]],
        told=[LIE],
    )


def every_verdict() -> list[Event]:
    """Return a whole run with one scenario of every verdict."""
    return [
        start(),
        *scenario("idt.good", Verdict.PASSED, hop("idt.good", f"{PORTAL}/callback")),
        *scenario(
            "idt.iss.wrong",
            Verdict.FAILED,
            hop("idt.iss.wrong", f"{PORTAL}/login"),
            hop("idt.iss.wrong", f"{PORTAL}/callback?code=‹code 11111111›&state=s", status=302),
            token_call("idt.iss.wrong"),
        ),
        *scenario("req.state", Verdict.WARNING, hop("req.state", f"{PORTAL}/login"), level="should"),
        *scenario("psc.look", Verdict.REVIEW),
        *scenario("idt.lost", Verdict.INCONCLUSIVE),
        *scenario("lgt.none", Verdict.SKIPPED),
        end(),
    ]


def run_of(events: list[Event]) -> Run:
    """Return a run; the events pass through JSON first, as they do in life."""
    return read_run(json.loads(json.dumps(events)))
