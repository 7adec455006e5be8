"""Long histories of both journeys at once: what must never happen, however people press the buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_idp.ecps import activation, approval
from mock_idp.ecps.refusals import Code, EcpsError
from tests.mock_idp.ecps.journeys import IDNAT, LIMITS, NOON

if TYPE_CHECKING:
    from mock_idp.ecps.machine import Step

PHONES = st.sampled_from(["phone", "tablet"])
PEOPLE = st.sampled_from([IDNAT, "899799000023"])
TOKENS = st.sampled_from(["qr-1", "qr-2", "qr-3"])
CODES = st.sampled_from(["111111", "222222"])
PASSWORDS = st.sampled_from(["1234", "4321", "12"])
SPANS = st.integers(min_value=1, max_value=100)


class ActivationHistory(RuleBasedStateMachine):
    """People, phones, cards and time around one demande d'activation."""

    @initialize()
    def begin(self) -> None:
        """Ask for an activation at noon, and remember what really happened on the way."""
        self.now = NOON
        self.state = activation.request(activation_id="a", idnat=IDNAT, now=NOON, limits=LIMITS)
        self.attempts = self.state.attempts_left
        self.good_card = self.mailed = self.good_scan = self.good_code = False
        self.enrolled: list[activation.Enrol] = []
        self.sent: list[activation.MailQr | activation.TextCode] = []
        self.ended = False

    def take(self, event: activation.Event) -> Step[activation.Activation, activation.Effect] | None:
        """Offer an event; a refusal at no cost leaves everything as it was."""
        before = self.state
        try:
            done = activation.step(before, event, now=self.now)
        except EcpsError:
            assert before == self.state
            return None
        assert not self.ended, "something left a phase that nothing leaves"
        self.state = done.state
        self.enrolled.extend(one for one in done.effects if isinstance(one, activation.Enrol))
        self.sent.extend(one for one in done.effects if not isinstance(one, activation.Enrol))
        self.ended = self.state.phase in activation.OVER
        return done

    @rule(seconds=SPANS)
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    @rule()
    def press_begin(self) -> None:
        """« Commencer l'activation » on the computer."""
        self.take(activation.Begun(b"challenge"))

    @rule(idnat=PEOPLE, token=TOKENS)
    def show_card(self, idnat: str, token: str) -> None:
        """A card proves itself."""
        done = self.take(activation.CardProven(idnat, token))
        if done is not None and done.state.phase is activation.Phase.PROVEN:
            assert IDNAT == idnat
            self.good_card = True

    @rule()
    def show_bad_card(self) -> None:
        """A card fails to prove itself."""
        self.take(activation.CardRejected(Code.CARD_UNTRUSTED))

    @rule(token=TOKENS)
    def ask_for_the_mail(self, token: str) -> None:
        """« Je n'ai pas ma carte »."""
        done = self.take(activation.ContactAsked(token))
        self.mailed = self.mailed or (done is not None and done.state.phase is activation.Phase.MAILED)

    @rule(token=TOKENS)
    def renew(self, token: str) -> None:
        """« Renouveler le QR code »."""
        if self.take(activation.QrRenewed(token)) is not None:
            self.good_scan = False

    @rule(token=TOKENS, phone=PHONES, terms=st.booleans(), code=CODES)
    def scan(self, token: str, phone: str, terms: bool, code: str) -> None:  # noqa: FBT001  Hypothesis calls it by name
        """A phone scans."""
        shown = self.state.qr_token
        done = self.take(activation.Scanned(token, phone, terms, code))
        if done is not None and done.state.phase is activation.Phase.SCANNED:
            assert terms
            assert shown == token
            self.good_scan = True

    @rule(code=CODES)
    def type_code(self, code: str) -> None:
        """A code is typed on the computer."""
        wanted = self.state.code
        done = self.take(activation.CodeTyped(code))
        if done is not None and done.state.phase is activation.Phase.LINKED:
            assert wanted == code
            self.good_code = True

    @rule(phone=PHONES, first=PASSWORDS, second=PASSWORDS)
    def choose_password(self, phone: str, first: str, second: str) -> None:
        """A password is chosen on a phone."""
        done = self.take(activation.PasswordChosen(phone, first, second))
        if done is not None and done.effects:
            assert first == second
            assert self.state.device_id == phone

    @invariant()
    def active_only_by_the_whole_way(self) -> None:
        """No path reaches ACTIVE without card or contact, QR code, code and password; one phone is enrolled."""
        active = self.state.phase is activation.Phase.ACTIVE
        assert active == bool(self.enrolled)
        assert len(self.enrolled) <= 1
        if active:
            assert (True, True, True) == (self.good_card or self.mailed, self.good_scan, self.good_code)
            assert IDNAT == self.enrolled[0].idnat

    @invariant()
    def one_route_only(self) -> None:
        """With the card nothing is sent; without it QR code and code go to the person's own addresses only."""
        assert self.mailed == bool(self.sent)
        assert not (self.mailed and self.good_card)
        assert all(IDNAT == one.idnat for one in self.sent)
        if self.mailed and self.state.phase is activation.Phase.SCANNED:
            assert activation.TextCode(idnat=IDNAT, code=self.state.code) in self.sent

    @invariant()
    def attempts_never_grow(self) -> None:
        """Nothing gives a try back, and none is left below zero."""
        assert 0 <= self.state.attempts_left <= self.attempts
        self.attempts = self.state.attempts_left


class ApprovalHistory(RuleBasedStateMachine):
    """Two phones, two logins and time around one request for approval."""

    @initialize(place=st.integers(min_value=0, max_value=2))
    def begin(self, place: int) -> None:
        """Ask for an approval at noon."""
        self.now = NOON
        self.state = approval.request(
            approval_id="r", login_id="login", idnat=IDNAT, choices=("11", "22", "33"), place=place, now=NOON,
            limits=LIMITS,
        )  # fmt: skip
        self.bound = (self.state.login_id, self.state.idnat, self.state.number, self.state.choices)
        self.unlocked_by: str | None = None
        self.approvals = 0
        self.logins: list[approval.LogIn] = []
        self.expired = self.ended = False

    def take(self, event: approval.Event) -> None:
        """Offer an event and keep the books."""
        before = self.state
        try:
            done = approval.step(before, event, now=self.now)
        except EcpsError:
            assert before == self.state
            return
        assert not self.ended, "something left a phase that nothing leaves"
        self.state = done.state
        self.logins.extend(done.effects)
        if before.phase is not approval.Phase.APPROVED and self.state.phase is approval.Phase.APPROVED:
            self.approvals += 1
            assert self.now < self.state.expires_at
            assert isinstance(event, approval.NumberPicked)
            assert (self.state.number, self.unlocked_by) == (event.value, event.device_id)
        self.ended = self.state.phase in approval.OVER
        self.expired = self.expired or self.state.phase is approval.Phase.EXPIRED

    @rule(seconds=SPANS)
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    @rule()
    def look_at_the_clock(self) -> None:
        """The waiting page asks."""
        self.take(approval.TimePassed())

    @rule(phone=PHONES, correct=st.booleans(), tries=st.integers(min_value=0, max_value=2))
    def type_password(self, phone: str, correct: bool, tries: int) -> None:  # noqa: FBT001  Hypothesis calls it by name
        """A password is typed."""
        self.take(approval.PasswordTyped(phone, correct, tries))
        if self.state.phase is approval.Phase.UNLOCKED and self.unlocked_by is None:
            assert correct
            self.unlocked_by = phone

    @rule(phone=PHONES, value=st.sampled_from(["11", "22", "33"]))
    def pick(self, phone: str, value: str) -> None:
        """A number is picked."""
        self.take(approval.NumberPicked(phone, value))

    @rule(event=st.sampled_from([approval.Refused(), approval.Withdrawn()]))
    def give_up(self, event: approval.Event) -> None:
        """Phone or computer say no."""
        self.take(event)

    @rule(login=st.sampled_from(["login", "another"]))
    def collect(self, login: str) -> None:
        """A computer comes to fetch it."""
        self.take(approval.Collected(login))

    @invariant()
    def bound_and_once(self) -> None:
        """A request keeps its login, person and number; it is approved once, collected once, and stays expired."""
        assert self.bound == (self.state.login_id, self.state.idnat, self.state.number, self.state.choices)
        assert self.approvals <= 1
        assert len(self.logins) <= self.approvals
        assert all(("login", IDNAT) == (done.login_id, done.idnat) for done in self.logins)
        assert not self.expired or self.state.phase is approval.Phase.EXPIRED


ActivationHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
ApprovalHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestActivationHistory = ActivationHistory.TestCase
TestApprovalHistory = ApprovalHistory.TestCase
