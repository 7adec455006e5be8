"""Portals that are correct in another way: whatever scenario is played on them, none fails."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.catalogue import Case, catalogue
from conformance.descriptor import read_descriptor
from conformance.lab import open_lab
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.equivalents import EQUIVALENTS
from conformance.miniatures.server import free_port, portal_toml, run_portal
from conformance.outcome import Verdict
from conformance.profiles import builtin_profile
from conformance.stage import perform
from mock_idp.protocol import Client
from tests.labs import suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat
    from conformance.visit import Lab

# What each way of being correct could be mistaken for, beside one scenario of every folder.
CLOSE_TO = {
    "in_english": ("rsp.error.access_denied", "lgt.rp.state.wrong"),
    "secret_in_body": ("tok.auth.single", "tok.once", "sig.hs.clientsecret"),
    "userinfo_by_post": ("uin.bearer", "uin.sub.mismatch", "uin.401"),
    "claims_first": ("sig.broken", "sig.none", "idt.iss.wrong", "idt.notjwt"),
    "hexadecimal": ("req.state", "req.nonce", "req.nonce.derived", "idt.nonce.array"),
    "keys_every_time": ("sig.kid.array", "sig.jku", "key.nokid.single"),
    "refuses_with_200": ("idt.aud.wrong", "rsp.error.login_required", "uin.html", "ses.frame"),
    "asks_to_prompt": ("req.acr", "req.scope", "lgt.relogin"),
    "exact_clock": ("idt.exp.past", "idt.iat.future", "idt.exp.float", "uin.expired.short"),
    "lenient_where_allowed": ("idt.acr.absent", "idt.exp.past", "idt.iat.future"),
}


def cases_for(name: str) -> tuple[Case, ...]:
    """Return the scenarios that are played on one of them."""
    cases = catalogue()
    first = {case.path.parent: case for case in reversed(cases)}
    return tuple(case for case in cases if case.card.id in CLOSE_TO[name] or case is first[case.path.parent])


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """One provider for all of them."""
    with suite_seat() as seat:
        yield seat


@contextmanager
def lab_of(seat: Seat, name: str) -> Iterator[Lab]:
    """Serve one of them under a registration of its own."""
    port, settings = free_port(), seat.provider.settings
    config = EQUIVALENTS[name].change(
        PortalConfig(
            issuer=settings.issuer,
            discovery_url=settings.discovery_url,
            client_id=f"portail-{secrets.token_hex(4)}",
            client_secret=secrets.token_urlsafe(24),
            public_base_url=f"http://127.0.0.1:{port}",
        )
    )
    client = Client(
        client_id=config.client_id,
        client_secret=config.client_secret,
        redirect_uris=(config.callback_url,),
        post_logout_redirect_uris=(config.logged_out_url,),
    )
    seat.provider.server.register_client(client)
    with run_portal(config, port=port) as base:
        lab = open_lab(read_descriptor(portal_toml(base)), seat.url, builtin_profile("strict"))
        try:
            yield lab
        finally:
            lab.control.close()


def test_there_are_ten_and_each_is_looked_at_where_it_differs() -> None:
    """With a sentence in each language, and scenarios that exist."""
    known = {case.card.id for case in catalogue()}

    assert set(CLOSE_TO) == set(EQUIVALENTS)
    assert len(EQUIVALENTS) >= 10
    assert set() == {one for ids in CLOSE_TO.values() for one in ids} - known
    assert all(one.title_fr != one.title_en for one in EQUIVALENTS.values())


@pytest.mark.integration
@pytest.mark.parametrize("name", sorted(EQUIVALENTS))
def test_another_way_to_be_correct_fails_nothing(seat: Seat, name: str) -> None:
    """A scenario that failed here would demand more than its clause."""
    with lab_of(seat, name) as lab:
        seen = {case.card.id: perform(case.card, case.play, lab).ruling.verdict for case in cases_for(name)}

    assert {} == {scenario: verdict for scenario, verdict in seen.items() if verdict is not Verdict.PASSED}
