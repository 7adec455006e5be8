"""Miniatures forget exactly one thing: probes that need no provider of ours, on every portal that one of them is for.

The scenarios themselves are played on every miniature in ``tests/house/test_scenarios.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from conformance.miniatures.defects import Defect
from conformance.miniatures.table import MINIATURES
from tests.conformance.miniatures.desk import BASE, COOKIE, Desk
from tests.conformance.miniatures.tiny_provider import OTHER_KEY, Lie, TinyProvider, unsigned

if TYPE_CHECKING:
    from collections.abc import Callable

VICTIM = "899799999999"

# A lie that a portal must refuse: nobody may be logged in afterwards, and no page may be a crash.
REFUSE: dict[str, Lie] = {
    "rsp.state.wrong": Lie(response=lambda it: it.update(state="another-state")),
    "rsp.state.missing": Lie(response=lambda it: it.pop("state")),
    "rsp.iss.wrong": Lie(response=lambda it: it.update(iss="https://evil.example")),
    "idt.iss.wrong": Lie(claims=lambda it: it.update(iss="https://evil.example")),
    "idt.iss.prefix": Lie(claims=lambda it: it.update(iss=it["iss"] + ".evil.example")),
    "idt.aud.wrong": Lie(claims=lambda it: (it.update(aud="another-portal"), it.pop("azp"))[0]),
    "idt.exp.past": Lie(claims=lambda it: it.update(exp=it["iat"] - 3600)),
    "idt.nonce.wrong": Lie(claims=lambda it: it.update(nonce="another-nonce")),
    "idt.nonce.missing": Lie(claims=lambda it: it.pop("nonce", None)),
    "sig.broken": Lie(signed=lambda it: it[:-20] + ("A" if it[-20] != "A" else "B") + it[-19:]),
    "sig.none": Lie(signed=unsigned),
    "idt.sub.missing": Lie(claims=lambda it: it.pop("sub")),
    "idt.acr.lower": Lie(claims=lambda it: it.update(acr="eidas0")),
    "uin.sub.mismatch": Lie(userinfo=lambda it: it.update(sub="f:fictif:" + VICTIM, SubjectNameID=VICTIM)),
    "rsp.error.access_denied": Lie(
        response=lambda it: (it.pop("code"), it.update(error="access_denied", error_description="refused"))[1]
    ),
}

# Odd but honest: a portal must accept it.
ACCEPT: dict[str, Lie] = {
    "key.nokid.single": Lie(header=lambda it: it.pop("kid")),
    "idt.acr.higher": Lie(claims=lambda it: it.update(acr="eidas2")),
    "psc.ui.no_subjectrefpro": Lie(userinfo=lambda it: it.pop("SubjectRefPro")),
}


def refuses(name: str) -> Callable[[Desk], bool]:
    """Probe: the lie logs nobody in, and the page that says so is no crash."""

    def probe(desk: Desk) -> bool:
        answer = desk.log_in(REFUSE[name])
        # Without a nonce in the request, a token without one is honest.
        served = name != "idt.nonce.missing" or "nonce" in desk.provider.requests[-1]
        return (desk.who is None and answer.status_code in {400, 403}) or not served

    return probe


def accepts(name: str) -> Callable[[Desk], bool]:
    """Probe: the person is logged in."""

    def probe(desk: Desk) -> bool:
        desk.log_in(ACCEPT[name])
        return desk.who is not None

    return probe


def asks(name: str, holds: Callable[[dict[str, str]], bool]) -> tuple[str, Callable[[Desk], bool]]:
    """Probe: the authorization request has what it should."""

    def probe(desk: Desk) -> bool:
        desk.log_in()
        return holds(desk.provider.requests[-1])

    return name, probe


def redeems_once(desk: Desk) -> bool:
    """Probe: an answer delivered twice makes one token request."""
    callback = desk.provider.authorize(desk.begin())
    before = len(desk.provider.redeemed)
    desk.deliver(callback)
    desk.deliver(callback)
    return len(desk.provider.redeemed) - before == 1


def tells_the_provider(desk: Desk) -> bool:
    """Probe: logout leads to the provider with everything it needs."""
    desk.log_in()
    target = urlsplit(desk.client.post("/logout").headers["Location"])
    asked = parse_qs(target.query)
    return (
        target.path == "/end_session"
        and {"id_token_hint", "post_logout_redirect_uri", "state"} <= asked.keys()
        and asked["post_logout_redirect_uri"] == [BASE + "/logged-out"]
    )


def forgets_the_session(desk: Desk) -> bool:
    """Probe: after logout nobody is there, not even with the old cookie."""
    desk.log_in()
    old = desk.sid or ""
    desk.client.post("/logout")
    first = desk.who
    desk.client.set_cookie(COOKIE, old)
    return first is None and desk.who is None


PROBES: dict[str, Callable[[Desk], bool]] = {
    **{name: refuses(name) for name in REFUSE},
    **{name: accepts(name) for name in ACCEPT},
    **dict(
        [
            asks("req.acr", lambda asked: asked.get("acr_values") == "eidas1" and "acr" not in asked),
            asks("req.scope", lambda asked: asked.get("scope") == "openid scope_all"),
            asks("req.nonce", lambda asked: len(asked.get("nonce", "")) >= 22),
            asks("req.state", lambda asked: len(asked.get("state", "")) >= 22),
            asks("req.pkce", lambda asked: asked.get("code_challenge_method") == "S256"),
        ]
    ),
    "tok.once": redeems_once,
    "lgt.rp": tells_the_provider,
    "lgt.session": forgets_the_session,
}


PROBED = [defect for defect in Defect if MINIATURES[defect].caught_by in PROBES]


def failed_probes(provider: TinyProvider, defect: Defect | None) -> set[str]:
    """Return the probes that one portal fails, each with a browser and a portal of its own."""
    return {name for name, probe in PROBES.items() if not probe(Desk(provider, defect))}


def test_the_correct_portal_fails_no_probe(provider: TinyProvider) -> None:
    """Strict refuses every lie and accepts everything that is only unusual."""
    assert set() == failed_probes(provider, None)


@pytest.mark.integration
@pytest.mark.parametrize("defect", PROBED)
def test_a_miniature_fails_its_own_probe_only(provider: TinyProvider, defect: Defect) -> None:
    """The scenario that is said to catch a defect catches it, and no other one does."""
    assert {MINIATURES[defect].caught_by} == failed_probes(provider, defect)


@pytest.mark.parametrize("defect", Defect)
def test_a_miniature_logs_honest_people_in_and_out(provider: TinyProvider, defect: Defect) -> None:
    """A defect is a missing check, not a portal that does not work."""
    desk = Desk(provider, defect)

    answer = desk.log_in()

    stays = (200, None) if defect is Defect.STAYS_ON_CALLBACK_PAGE else (303, "/")
    assert stays == (answer.status_code, answer.headers.get("Location"))
    assert f"8997{provider.people:08d}" == desk.who
    assert 303 == desk.client.post("/logout").status_code


def test_every_defect_is_described_and_caught_by_one_scenario() -> None:
    """The table is complete, in both languages, and no scenario is named twice."""
    assert set(Defect) == set(MINIATURES)
    assert len(MINIATURES) == len({one.caught_by for one in MINIATURES.values()})
    assert all(one.title_fr and one.title_en and one.title_fr != one.title_en for one in MINIATURES.values())
    assert set(PROBES) == {MINIATURES[defect].caught_by for defect in PROBED}


def test_an_unverified_signature_still_needs_rs256(provider: TinyProvider) -> None:
    """The portal that ignores bad signatures still refuses other algorithms, and takes a foreign key."""
    desk = Desk(provider, Defect.IGNORES_BAD_SIGNATURE)

    refused = desk.log_in(REFUSE["sig.none"]).status_code
    before = desk.who
    desk.log_in(Lie(key=OTHER_KEY))

    assert (403, None) == (refused, before)
    assert desk.who is not None
