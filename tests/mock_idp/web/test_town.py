"""People, phones, cards, computers and time together: what must never happen; and each rule shown to bite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.machine import Move, Step, look_up
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import OTHER_IDNAT
from tests.mock_idp.web.town import Town

if TYPE_CHECKING:
    from collections.abc import Callable

Town.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
TestTown = Town.TestCase

Act = tuple[str, dict[str, Any]]
A, E, L = activation.Phase, enrolment.Phase, approval.Phase
TABLES: dict[type, Any] = {A: activation.TABLE, E: enrolment.TABLE, L: approval.TABLE}


def act(rule: str, **how: Any) -> Act:
    """Return one thing that somebody does in the town."""
    return rule, how


def activating(steps: int) -> Act:
    """Ask, begin, card, QR code, code, password: as many of them as said, on one computer and one phone."""
    return act(
        "go_on_with_the_activation", computer="study", phone="pixel", idnat=IDNAT, by_mail=False, steps=steps
    )  # fmt: skip


def logging_in(steps: int) -> Act:
    """Ask, unlock, pick, collect: as many of them as said."""
    return act("go_on_with_the_login", computer="study", phone="pixel", steps=steps)


ASK = act("ask_for_an_approval", computer="study", idnat=IDNAT)
WRONG_PASSWORD = act("unlock", phone="pixel", password="4321", which=0)
RIGHT_PASSWORD = act("unlock", phone="pixel", password="1234", which=0)
ACTIVE = activating(6)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One cell that goes wrong, who then does what, and the rule that must be broken by it.

    Attributes:
        handle: the cell's handler as it is, state, event and perhaps the time, to a step that is wrong.
    """

    phase: Any
    event: type
    handle: Callable[..., Step[Any, Any]]
    acts: tuple[Act, ...]
    broken: str


def leads(to: Any, **changes: Any) -> Callable[..., Step[Any, Any]]:
    """Return a handler that goes to a phase whatever was typed or shown."""
    return lambda _, state, *__: Step(state=replace(state, phase=to, **changes))


def after(**changes: Any) -> Callable[..., Step[Any, Any]]:
    """Return a handler that does what is right, and then changes something."""

    def handle(honest: Callable[..., Step[Any, Any]], *given: Any) -> Step[Any, Any]:
        done = honest(*given)
        return replace(done, state=replace(done.state, **changes))

    return handle


def given(change: Callable[[Any, Any], Any]) -> Callable[..., Step[Any, Any]]:
    """Return a handler that does what is right with an event that is not the one that happened."""
    return lambda honest, state, event, *now: honest(state, change(state, event), *now)


def enrol(_: Any, state: activation.Activation, event: activation.PasswordChosen, *__: Any) -> Step[Any, Any]:
    """Take the first password, whatever the second is."""
    effect = activation.Enrol(device_id=event.device_id, idnat=state.idnat, password=event.first)
    return Step(state=replace(state, phase=A.ACTIVE), effects=(effect,))


def log_in(_: Any, state: approval.Approval, event: approval.Collected) -> Step[Any, Any]:
    """Hand an approval to whichever login asks for it."""
    effect = approval.LogIn(login_id=event.login_id, idnat=state.idnat)
    return Step(state=replace(state, phase=L.COLLECTED), effects=(effect,))


MUTANTS = {
    "the neighbour's card will do": Mutant(
        phase=A.CHALLENGED, event=activation.CardProven,
        handle=given(lambda state, event: replace(event, idnat_of_card=state.idnat)),
        acts=(activating(2), act("show_card", computer="study", whose=OTHER_IDNAT), activating(3)),
        broken="whole way",
    ),
    "a card that failed will do": Mutant(
        phase=A.CHALLENGED, event=activation.CardRejected,
        handle=lambda _, state, __, now: activation.TABLE[A.CHALLENGED, activation.CardProven].handle(
            state, activation.CardProven(state.idnat, "token"), now
        ),
        acts=(activating(2), act("show_bad_card", computer="study"), activating(3)),
        broken="whole way",
    ),
    "any QR code will do": Mutant(
        phase=A.PROVEN, event=activation.Scanned,
        handle=given(lambda state, event: replace(event, token=state.qr_token)),
        acts=(
            activating(3),
            act("scan", phone="pixel", computer="study", terms=True, by_mail=False, forged=True),
            activating(2),
        ),
        broken="whole way",
    ),
    "the terms need not be accepted": Mutant(
        phase=A.PROVEN, event=activation.Scanned, handle=given(lambda _, event: replace(event, terms_accepted=True)),
        acts=(activating(3), act("scan", phone="pixel", computer="study", terms=False, by_mail=False), activating(2)),
        broken="whole way",
    ),
    "any code will do": Mutant(
        phase=A.SCANNED, event=activation.CodeTyped, handle=leads(A.LINKED),
        acts=(activating(4), act("type_code", computer="study", right=False), activating(1)), broken="whole way",
    ),
    "any two passwords will do": Mutant(
        phase=A.LINKED, event=activation.PasswordChosen, handle=enrol,
        acts=(activating(5), act("choose_password", phone="pixel", first="1234", second="4321")), broken="whole way",
    ),
    "a new QR code gives tries back": Mutant(
        phase=A.SCANNED, event=activation.QrRenewed, handle=after(attempts_left=3),
        acts=(activating(4), act("type_code", computer="study", right=False), act("renew", computer="study")),
        broken="attempts: grew",
    ),
    "a phone that is found has its tries again": Mutant(
        phase=E.LOST, event=enrolment.Found, handle=after(tries_left=3),
        acts=(
            ACTIVE, ASK, WRONG_PASSWORD, act("handle", phone="pixel", event=enrolment.Lost()),
            act("handle", phone="pixel", event=enrolment.Found()),
        ),
        broken="attempts: tries came back",
    ),
    "a phone never locks": Mutant(
        phase=E.ACTIVE, event=enrolment.PasswordTried, handle=after(phase=E.ACTIVE),
        acts=(ACTIVE, ASK, WRONG_PASSWORD, WRONG_PASSWORD, WRONG_PASSWORD), broken="attempts: not locked",
    ),
    "any password will do": Mutant(
        phase=L.PENDING, event=approval.PasswordTyped, handle=leads(L.UNLOCKED, device_id="pixel"),
        acts=(ACTIVE, ASK, WRONG_PASSWORD, act("pick", phone="pixel", which=0, right=True)),
        broken="bound: no phone of theirs",
    ),
    "any number will do": Mutant(
        phase=L.UNLOCKED, event=approval.NumberPicked, handle=leads(L.APPROVED),
        acts=(ACTIVE, ASK, RIGHT_PASSWORD, act("pick", phone="pixel", which=0, right=False)),
        broken="bound: no phone of theirs",
    ),
    "the number may change": Mutant(
        phase=L.PENDING, event=approval.PasswordTyped, handle=after(number="another"),
        acts=(ACTIVE, ASK, RIGHT_PASSWORD), broken="bound: changed",
    ),
    "any login may collect": Mutant(
        phase=L.APPROVED, event=approval.Collected, handle=log_in,
        acts=(
            ACTIVE, logging_in(3), act("ask_for_an_approval", computer="ward", idnat=OTHER_IDNAT),
            act("collect", computer="ward", other="study"),
        ),
        broken="bound: collected by another",
    ),
    "an expired e-CPS wakes up": Mutant(
        phase=E.EXPIRED, event=enrolment.PasswordTried, handle=leads(E.ACTIVE),
        acts=(
            ACTIVE, act("wait", span=4 * 365 * 86400), act("handle", phone="pixel", event=enrolment.TimePassed()),
            ASK, RIGHT_PASSWORD,
        ),
        broken="final: expired became",
    ),
    "a failed activation is taken up again": Mutant(
        phase=A.FAILED, event=activation.QrRenewed, handle=leads(A.PROVEN),
        acts=(activating(1), act("give_up", computer="study"), act("renew", computer="study")),
        broken="final: failed became",
    ),
    "a refused login waits again": Mutant(
        phase=L.REFUSED, event=approval.Withdrawn, handle=leads(L.PENDING),
        acts=(ASK, act("refuse", which=0), act("leave", computer="study")), broken="final: refused became",
    ),
    "a collected approval waits again": Mutant(
        phase=L.APPROVED, event=approval.Collected, handle=after(phase=L.PENDING),
        acts=(ACTIVE, logging_in(4), logging_in(3)), broken="twice: approved",
    ),
    "an approval is collected and stays": Mutant(
        phase=L.APPROVED, event=approval.Collected, handle=after(phase=L.APPROVED),
        acts=(ACTIVE, logging_in(4), act("collect", computer="study", other="study")), broken="twice: collected",
    ),
}  # fmt: skip


def live(acts: tuple[Act, ...]) -> None:
    """Do one thing after another in a new town, and hold it to its rules after each."""
    town = Town()
    town.settle()
    for rule, how in acts:
        getattr(town, rule)(**how)
        town.check()


@pytest.mark.parametrize("name", MUTANTS)
def test_each_rule_bites(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same acts are fine before one cell of one table goes wrong, and break the rule that is about it after."""
    mutant = MUTANTS[name]
    table, key = TABLES[type(mutant.phase)], (mutant.phase, mutant.event)
    live(mutant.acts)
    honest = table[key] if key in table else Move(lambda *_: None, ())  # type: ignore[arg-type]  # never called
    monkeypatch.setitem(table, key, Move(lambda *given: mutant.handle(honest.handle, *given), honest.to))

    with pytest.raises(AssertionError, match=mutant.broken):
        live(mutant.acts)


def test_time_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that outlives its time is approved after it."""

    def step(state: approval.Approval, event: approval.Event, *, now: Any) -> Step[Any, Any]:
        del now
        return look_up(approval.TABLE, state.phase, event).handle(state, event)

    late = (ACTIVE, ASK, act("wait", span=121), logging_in(1), logging_in(1))
    live(late)
    monkeypatch.setattr(approval, "step", step)

    with pytest.raises(AssertionError, match="final: approved after its time"):
        live(late)
