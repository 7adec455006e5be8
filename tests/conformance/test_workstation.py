"""The practitioner's desk before the provider's pages: what a person can do wrong, and what the desk then says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.portal import AuthorizationRequest, AuthorizationResponse
from conformance.trial import Trial
from conformance.workstation import WorkstationError
from tests.conformance.test_scenario_card import card
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.page import Page
    from conformance.visit import Lab, Visit

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The correct portal and its provider."""
    with suite_seat() as seat, lab_with(seat) as lab:
        yield lab


@pytest.fixture
def visit(lab: Lab) -> Visit:
    """Somebody new, whom the portal has sent to the provider."""
    visit = Trial(card(), lab).visit(honest=True)
    visit.begin()
    return visit


def waiting(visit: Visit) -> Page:
    """Bring the computer as far as the page that shows the number."""
    assert visit.request is not None

    page = visit.desk.arrive(visit.request)

    assert not isinstance(page, AuthorizationResponse)
    return visit.desk.identify(page, visit.person.idnat)


def test_the_right_number_brings_a_code(visit: Visit) -> None:
    """And the address is the portal's."""
    answer = visit.desk.approve_here(waiting(visit))

    assert answer.get("code")
    assert answer.url.startswith(visit.lab.portal.described.callback)  # type: ignore[attr-defined]  # it is an HttpPortal


def test_a_wrong_number_is_refused(visit: Visit) -> None:
    """The phone offers three; one that is not among them is no button."""
    page = waiting(visit)

    with pytest.raises(WorkstationError, match="pick the number"):
        visit.desk.phone.approve("no such number")
    assert page.data("number")


def test_a_wrong_password_is_refused(visit: Visit) -> None:
    """With the provider's own word for it, and without the password."""
    number = waiting(visit).data("number") or ""
    visit.desk.phone.password = "9753"

    with pytest.raises(WorkstationError) as caught:
        visit.desk.phone.approve(number)

    assert caught.value.alert
    assert "9753" not in str(caught.value)


def test_without_a_request_there_is_nothing_to_answer(visit: Visit) -> None:
    """The phone shows none."""
    for answer in (visit.desk.phone.refuse, lambda: visit.desk.phone.approve("1")):
        with pytest.raises(WorkstationError, match="find the request on the phone"):
            answer()


def test_a_refusal_on_the_phone_ends_the_login(visit: Visit) -> None:
    """The computer cannot go on to the portal with a code."""
    page = waiting(visit)
    visit.desk.phone.refuse()

    with pytest.raises(WorkstationError, match="find the request on the phone"):
        visit.desk.approve_here(page)


@pytest.mark.parametrize("typed", ["", "8", "899799000016", "abc;def", "8 99799 00001 6"])
def test_an_identifiant_that_is_none_is_refused(visit: Visit, typed: str) -> None:
    """The page names the mistake, and no number is shown."""
    assert visit.request is not None

    with pytest.raises(WorkstationError, match="wait for the phone"):
        visit.desk.approve(visit.request, typed)


def test_giving_up_is_told_to_the_portal(visit: Visit) -> None:
    """By ``access_denied``, with the state of the request."""
    assert visit.request is not None

    answer = visit.desk.decline(visit.request)

    assert ("access_denied", visit.request.get("state")) == (answer.get("error"), answer.get("state"))


def changed(request: AuthorizationRequest, name: str, value: str) -> AuthorizationRequest:
    """Return the same request with another value of one parameter."""
    old = next(
        f"{known}={old}"
        for known, old in (part.split("=", 1) for part in request.raw_query.split("&"))
        if known == name
    )
    return AuthorizationRequest(url=request.url.replace(old, f"{name}={value}"))


@pytest.mark.parametrize(("name", "value"), [("client_id", "nobody"), ("redirect_uri", "http://127.0.0.1:1/")])
def test_a_request_that_the_provider_refuses_on_its_own_page_is_said(visit: Visit, name: str, value: str) -> None:
    """No portal is told of it: the address cannot be trusted (RFC 6749 4.1.2.1)."""
    assert visit.request is not None

    for act in (lambda one: visit.desk.approve(one, visit.person.idnat), visit.desk.decline):
        with pytest.raises(WorkstationError):
            act(changed(visit.request, name, value))


def test_a_request_that_the_provider_answers_at_once_is_an_answer(visit: Visit) -> None:
    """The portal is told, and nobody is asked anything."""
    assert visit.request is not None

    wrong = changed(visit.request, "response_type", "token")
    answers: list[Any] = [visit.desk.approve(wrong, visit.person.idnat), visit.desk.decline(wrong)]

    assert [True, True] == [bool(answer.get("error")) for answer in answers]
