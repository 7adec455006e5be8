"""The provider's own sender and the correct portal: a session that ends at one ends at the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.evidence import Anonymous, Identified
from conformance.miniatures.single_logout import BACKCHANNEL_PATH
from conformance.trial import Trial
from tests.conformance.test_scenario_card import card
from tests.labs import lab_with, suite_seat

pytestmark = pytest.mark.integration


def test_a_session_that_ends_at_the_provider_ends_at_the_portal() -> None:
    """The logout token goes over HTTP, by the sender that ``serve`` uses; the other person stays."""
    with suite_seat() as seat, lab_with(seat) as lab:
        trial = Trial(card(), lab)
        visit, other = trial.visit(honest=True), trial.visit(trial.victim, honest=True)
        visit.log_in()
        other.log_in()
        before = visit.who()
        server = seat.provider.server
        client = server.query_client((visit.request.get("client_id") if visit.request else None) or "")
        assert client is not None
        server.register_client(replace(client, backchannel_logout_uri=lab.described.base_url + BACKCHANNEL_PATH))
        server.end_session(
            (visit.response.get("session_state") if visit.response else "") or "", now=seat.provider.clock.now()
        )
        (entry,) = seat.provider.journal.wait(endpoint="backchannel_logout", seconds=20)
        after = visit.who()

        assert (Identified, 200, Anonymous) == (type(before), entry.status, type(after))
        assert isinstance(other.who(), Identified)
        trial.close()
