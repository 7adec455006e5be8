"""A small town before one simulator: people with cards, computers, phones, a mailbox and time; books on what was done.

The books hold what people really did, never what the simulator concluded; the invariants compare the two.  Everything
goes through the shell and its store, with the three machines inside.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import journeys, post
from mock_idp.web.habits import Habit, Standing, put_habit
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import OTHER_IDNAT, StillClock, make_provider

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.ecps.enrolment import Device

PEOPLE = st.sampled_from([IDNAT, OTHER_IDNAT])
COMPUTERS = st.sampled_from(["study", "ward"])
PHONES = st.sampled_from(["pixel", "tablet", "nokia"])
PASSWORDS = st.sampled_from(["1234", "4321", "12"])
SPANS = st.sampled_from([1, 30, 91, 121, 301, 901, 3601, 40 * 86400, 4 * 365 * 86400])
MOSTLY = st.sampled_from([True, True, True, False])
MOSTLY_RIGHT = st.sampled_from(["1234", "1234", "4321"])
FEW = st.integers(min_value=1, max_value=8)
WRONG = "wrong"


@dataclass(kw_only=True)
class Asked:
    """What was really done for one demande d'activation."""

    idnat: str
    attempts: int
    card: bool = False
    mailed: bool = False
    scanned_by: str = ""
    code: str = ""
    code_typed: bool = False


@dataclass(kw_only=True)
class Pressed:
    """What was really done about one request for approval, and what it was bound to when it was made."""

    bound: tuple[object, ...]
    until: datetime
    unlocked_on: set[str] = field(default_factory=set)
    picked: set[tuple[str, str]] = field(default_factory=set)
    approvals: int = 0
    phase: approval.Phase = approval.Phase.PENDING


class Town(RuleBasedStateMachine):
    """Two people, two computers, three phones; whoever does whatever in any order."""

    @initialize()
    def settle(self) -> None:
        """Begin at noon, with nothing asked and no phone activated."""
        self.provider = make_provider()
        assert isinstance(self.provider.clock, StillClock)
        self.clock = self.provider.clock
        self.demands: dict[str, str] = {}
        self.asked: dict[str, Asked] = {}
        self.scanned: dict[str, str] = {}
        self.logins: dict[str, str] = {}
        self.pressed: dict[str, Pressed] = {}
        self.collected: list[tuple[str, str]] = []
        self.enrolled: dict[str, tuple[str, str]] = {}
        self.habits: dict[str, Habit] = {}
        self.devices: dict[str, Device] = {}
        self.typed_right: set[str] = set()
        self.over: dict[str, str] = {}

    # -- what people do

    @rule(span=SPANS)
    def wait(self, span: int) -> None:
        """Time passes."""
        self.clock.wait(span * SECOND)

    @rule(computer=COMPUTERS, idnat=PEOPLE)
    def ask_for_an_activation(self, computer: str, idnat: str) -> None:
        """An identifiant national is typed on a computer, and no phone will do."""
        demand = journeys.demand_activation(self.provider, idnat, "")
        self.demands[computer] = demand.activation.activation_id
        self.asked[demand.activation.activation_id] = Asked(idnat=idnat, attempts=demand.activation.attempts_left)

    def advance(self, computer: str, event: activation.Event) -> activation.Activation | None:
        """Press something on a computer's activation page; None when nothing came of it."""
        if computer not in self.demands:
            return None
        with suppress(EcpsError, journeys.GoneError):
            return journeys.advance_activation(self.provider, self.demands[computer], event).state
        return None

    def shown(self, computer: str) -> activation.Activation | None:
        """Return what a computer's activation page shows."""
        with suppress(journeys.GoneError, KeyError):
            return journeys.find_demand(self.provider, self.demands[computer]).activation
        return None

    @rule(computer=COMPUTERS)
    def begin(self, computer: str) -> None:
        """« Commencer l'activation »."""
        self.advance(computer, activation.Begun(b"challenge"))

    @rule(computer=COMPUTERS, whose=PEOPLE)
    def show_card(self, computer: str, whose: str) -> None:
        """Somebody's card proves itself in the computer's reader."""
        before = self.shown(computer)
        self.advance(computer, activation.CardProven(whose, self.provider.entropy.token(8)))
        if before is not None and before.challenge and whose == before.idnat:
            self.asked[self.demands[computer]].card = True

    @rule(computer=COMPUTERS)
    def show_bad_card(self, computer: str) -> None:
        """A card fails to prove itself, or is pulled out."""
        self.advance(computer, activation.CardRejected(Code.CARD_UNREADABLE))

    @rule(computer=COMPUTERS)
    def ask_for_the_mail(self, computer: str) -> None:
        """« Je n'ai pas ma carte »."""
        self.advance(computer, activation.ContactAsked(self.provider.entropy.token(8)))

    @rule(computer=COMPUTERS)
    def renew(self, computer: str) -> None:
        """« Renouveler le QR code »."""
        self.advance(computer, activation.QrRenewed(self.provider.entropy.token(8)))

    @rule(computer=COMPUTERS)
    def give_up(self, computer: str) -> None:
        """« Abandonner l'activation »."""
        self.advance(computer, activation.Abandoned())

    @rule(phone=PHONES, computer=COMPUTERS, terms=st.booleans(), by_mail=st.booleans(), forged=st.booleans())
    def scan(self, *, phone: str, computer: str, terms: bool, by_mail: bool, forged: bool = False) -> None:
        """A phone scans the screen, or the newest e-mail; or its holder makes a token up."""
        state = self.shown(computer)
        if state is None:
            return
        sent = [one for one in post.messages(self.provider, state.idnat) if one.scan_url]
        seen = state.qr_token if state.phase is activation.Phase.PROVEN else ""
        if by_mail and sent:
            seen = sent[0].scan_url.partition("t=")[2]
        token = "forged" if forged else seen
        code = self.provider.entropy.digits(6)
        done = self.advance(computer, activation.Scanned(token, phone, terms_accepted=terms, code=code))
        books = self.asked[self.demands[computer]]
        if done is not None:
            books.code, self.scanned[phone] = code, self.demands[computer]
            if terms and token == seen != "":
                books.mailed, books.scanned_by = books.mailed or by_mail, phone

    @rule(computer=COMPUTERS, right=st.booleans())
    def type_code(self, *, computer: str, right: bool) -> None:
        """A code is typed on the computer: the one on the phone or in the SMS, or another."""
        books = self.asked.get(self.demands.get(computer, ""))
        if books is None:
            return
        typed = books.code if right and books.code else "none"
        done = self.advance(computer, activation.CodeTyped(typed))
        if done is not None and right and books.code:
            books.code_typed = True

    @rule(phone=PHONES, first=PASSWORDS, second=PASSWORDS)
    def choose_password(self, phone: str, first: str, second: str) -> None:
        """A password is chosen on a phone and typed again."""
        with suppress(EcpsError, journeys.GoneError, KeyError):
            event = activation.PasswordChosen(phone, first, second)
            done = journeys.advance_activation(self.provider, self.scanned[phone], event)
            if done.state.phase is activation.Phase.ACTIVE:
                self.enrolled[phone] = (self.scanned[phone], first if first == second else WRONG)
                self.devices.pop(phone, None)
                self.over.pop(phone, None)

    @rule(
        phone=PHONES,
        event=st.sampled_from([enrolment.Lost(), enrolment.Found(), enrolment.Deleted(), enrolment.TimePassed()]),
    )
    def handle(self, phone: str, event: enrolment.Event) -> None:
        """A phone is lost, found, looked at, or its e-CPS deleted."""
        with suppress(EcpsError, journeys.GoneError):
            journeys.advance_device(self.provider, phone, event)

    # -- logins

    @rule(computer=COMPUTERS, idnat=PEOPLE)
    def ask_for_an_approval(self, computer: str, idnat: str) -> None:
        """An identifiant national is typed on a computer, for a login on a phone."""
        login_id = f"login-{len(self.pressed)}"
        asked = journeys.ask_approval(self.provider, login_id, idnat)
        self.logins[computer] = login_id
        bound = (asked.login_id, asked.idnat, asked.number, asked.choices)
        self.pressed[asked.approval_id] = Pressed(bound=bound, until=asked.expires_at)

    @rule(phone=PHONES, password=PASSWORDS, which=st.integers(min_value=0, max_value=3))
    def unlock(self, phone: str, password: str, which: int) -> None:
        """A password is typed on a phone, for one of the requests of whoever."""
        waiting = [one.approval_id for one in journeys.requests_for(self.provider)]
        if not waiting:
            return
        approval_id = waiting[which % len(waiting)]
        asked = journeys.find_approval(self.provider, approval_id)
        device = journeys.find_device(self.provider, phone)
        if device is None or device.idnat != asked.idnat or asked.phase is not approval.Phase.PENDING:
            return
        with suppress(EcpsError, journeys.GoneError):
            typed = journeys.try_password(self.provider, phone, password)
            if password == self.enrolled[phone][1]:
                self.typed_right.add(phone)
                self.pressed[approval_id].unlocked_on.add(phone)
            journeys.advance_approval(self.provider, approval_id, typed)

    @rule(phone=PHONES, which=st.integers(min_value=0, max_value=3), right=st.booleans())
    def pick(self, *, phone: str, which: int, right: bool) -> None:
        """A number is picked on a phone: the one on the computer, or another."""
        waiting = journeys.requests_for(self.provider)
        if not waiting:
            return
        asked = waiting[which % len(waiting)]
        number = next(one for one in asked.choices if (one == self.pressed[asked.approval_id].bound[2]) is right)
        self.pressed[asked.approval_id].picked.add((phone, number))
        with suppress(EcpsError, journeys.GoneError):
            journeys.advance_approval(self.provider, asked.approval_id, approval.NumberPicked(phone, number))

    @rule(which=st.integers(min_value=0, max_value=3))
    def refuse(self, which: int) -> None:
        """« Refuser »."""
        waiting = journeys.requests_for(self.provider)
        if waiting:
            with suppress(EcpsError, journeys.GoneError):
                journeys.advance_approval(self.provider, waiting[which % len(waiting)].approval_id, approval.Refused())

    @rule(computer=COMPUTERS)
    def leave(self, computer: str) -> None:
        """« Annuler et revenir au service »."""
        journeys.withdraw_approval(self.provider, self.logins.get(computer, ""))

    @rule(computer=COMPUTERS, other=COMPUTERS)
    def collect(self, computer: str, other: str) -> None:
        """A computer comes for the answer to a login: its own, or that of the other computer's."""
        asked = journeys.approval_of_login(self.provider, self.logins.get(other, ""))
        if asked is None or computer not in self.logins:
            return
        with suppress(EcpsError, journeys.GoneError):
            event = approval.Collected(self.logins[computer])
            for done in journeys.advance_approval(self.provider, asked.approval_id, event).effects:
                self.collected.append((done.login_id, done.idnat))

    @rule(idnat=PEOPLE, habit=st.sampled_from(Habit), after=st.sampled_from([0, 30, 200]))
    def teach(self, idnat: str, habit: Habit, after: int) -> None:
        """A script teaches somebody a habit."""
        self.habits[idnat] = habit
        standing = Standing(habit=habit, after=timedelta(seconds=after), since=self.clock.now())
        put_habit(self.provider, idnat, standing)

    @rule(idnat=PEOPLE)
    def unteach(self, idnat: str) -> None:
        """And takes it away."""
        self.habits.pop(idnat, None)
        put_habit(self.provider, idnat, None)

    # -- the sensible thing, so that the later steps are reached too

    @rule(computer=COMPUTERS, phone=PHONES, idnat=PEOPLE, by_mail=st.booleans(), steps=FEW, terms=MOSTLY)
    def go_on_with_the_activation(
        self, *, computer: str, phone: str, idnat: str, by_mail: bool, steps: int, terms: bool = True
    ) -> None:
        """A few steps in a row; now and then without the terms."""
        for _ in range(steps):
            state = self.shown(computer)
            if state is None or state.phase in activation.OVER:
                self.ask_for_an_activation(computer, idnat)
            elif state.phase is activation.Phase.REQUESTED:
                self.ask_for_the_mail(computer) if by_mail else self.begin(computer)
            elif state.phase is activation.Phase.CHALLENGED:
                self.show_card(computer, state.idnat)
            elif state.phase in {activation.Phase.PROVEN, activation.Phase.MAILED}:
                mailed = state.phase is activation.Phase.MAILED
                self.scan(phone=phone, computer=computer, terms=terms, by_mail=mailed)
            elif state.phase is activation.Phase.SCANNED:
                self.type_code(computer=computer, right=True)
            else:
                self.choose_password(state.device_id or "", "1234", "1234")
            self.check()

    @rule(computer=COMPUTERS, phone=PHONES, steps=FEW, password=MOSTLY_RIGHT, right=MOSTLY)
    def go_on_with_the_login(
        self, *, computer: str, phone: str, steps: int, password: str = "1234", right: bool = True
    ) -> None:
        """Ask, unlock, pick, collect: as many as are left; now and then with one mistake."""
        for _ in range(steps):
            asked = journeys.approval_of_login(self.provider, self.logins.get(computer, ""))
            device = journeys.find_device(self.provider, phone)
            if asked is None or asked.phase in approval.OVER:
                self.ask_for_an_approval(computer, device.idnat if device else IDNAT)
            elif asked.phase is approval.Phase.APPROVED:
                self.collect(computer, computer)
            else:
                place = [one.approval_id for one in journeys.requests_for(self.provider)].index(asked.approval_id)
                if asked.phase is approval.Phase.PENDING:
                    self.unlock(phone, password, place)
                else:
                    self.pick(phone=asked.device_id or phone, which=place, right=right)
            self.check()

    # -- what must hold

    def all_demands(self) -> list[activation.Activation]:
        """Return every activation as it is stored, without looking at the clock."""
        return [one.activation for one in self.provider.store.values("activations", now=self.clock.now())]

    def all_approvals(self) -> list[approval.Approval]:
        """Return every request as it is stored, without looking at the clock."""
        kept: list[approval.Approval] = self.provider.store.values("approvals", now=self.clock.now())
        return kept

    def all_devices(self) -> list[Device]:
        """Return every e-CPS as it is stored."""
        kept: list[Device] = self.provider.store.values("devices", now=self.clock.now())
        return kept

    @invariant()
    def active_only_by_the_whole_way(self) -> None:
        """No e-CPS exists without card or contact proof, QR code, code and password, all of one person on one phone."""
        for state in self.all_demands():
            books = self.asked[state.activation_id]
            if state.phase is activation.Phase.ACTIVE:
                whole = (books.card or books.mailed, bool(books.scanned_by), books.code_typed)
                assert whole == (True, True, True), f"whole way: {whole}"
        for device in self.all_devices():
            assert device.device_id in self.enrolled, "whole way: nobody chose a password"
            demand, password = self.enrolled[device.device_id]
            books = self.asked[demand]
            assert password != WRONG, "whole way: two different passwords"
            assert (books.idnat, books.scanned_by) == (device.idnat, device.device_id), "whole way: another's phone"

    @invariant()
    def attempts_never_grow(self) -> None:
        """Codes of an activation are never given back; a phone's tries only by its right password."""
        for state in self.all_demands():
            books = self.asked[state.activation_id]
            assert 0 <= state.attempts_left <= books.attempts, "attempts: grew"
            books.attempts = state.attempts_left
        for device in self.all_devices():
            before = self.devices.get(device.device_id)
            if before is not None and device.tries_left > before.tries_left:
                assert device.device_id in self.typed_right, "attempts: tries came back without the password"
            assert device.tries_left >= 0, "attempts: below none"
            assert (device.tries_left == 0) <= (device.phase is not enrolment.Phase.ACTIVE), "attempts: not locked"
            self.devices[device.device_id] = device
        self.typed_right.clear()

    @invariant()
    def bound_to_one_login_number_and_person(self) -> None:
        """A request keeps what it was made for, and is approved on a phone of that person, with that number."""
        for asked in self.all_approvals():
            books = self.pressed[asked.approval_id]
            assert books.bound == (asked.login_id, asked.idnat, asked.number, asked.choices), "bound: changed"
            newly = asked.phase is approval.Phase.APPROVED and books.phase is not approval.Phase.APPROVED
            if newly and self.habits.get(asked.idnat) is Habit.APPROVE:
                able = [one for one in self.all_devices() if one.idnat == asked.idnat]
                assert {enrolment.Phase.ACTIVE} <= {one.phase for one in able}, "bound: no phone for the habit"
            elif newly:
                right = {phone for phone, number in books.picked if number == books.bound[2]}
                assert right & books.unlocked_on, "bound: no phone of theirs with password and number"
        assert {idnat for _, idnat in self.collected} <= {IDNAT, OTHER_IDNAT}
        owners = {(books.bound[0], books.bound[1]) for books in self.pressed.values()}
        assert set(self.collected) <= owners, "bound: collected by another"

    @invariant()
    def expiry_is_final(self) -> None:
        """What ended stays ended, and nothing is approved after its time."""
        ended: dict[str, str] = {
            one.activation_id: one.phase for one in self.all_demands() if one.phase in activation.OVER
        }
        ended |= {one.approval_id: one.phase for one in self.all_approvals() if one.phase in approval.OVER}
        ended |= {one.device_id: one.phase for one in self.all_devices() if one.phase is enrolment.Phase.EXPIRED}
        stands = {one.activation_id: one.phase.value for one in self.all_demands()}
        stands |= {one.approval_id: one.phase.value for one in self.all_approvals()}
        stands |= {one.device_id: one.phase.value for one in self.all_devices()}
        for key, phase in self.over.items():
            assert stands.get(key, phase) in {phase, enrolment.Phase.DELETED}, f"final: {phase} became {stands[key]}"
        self.over |= ended
        for asked in self.all_approvals():
            books = self.pressed[asked.approval_id]
            if asked.phase is approval.Phase.APPROVED and books.phase in approval.WAITING:
                by_habit = self.habits.get(asked.idnat) is Habit.APPROVE
                assert by_habit or self.clock.now() < books.until, "final: approved after its time"

    @invariant()
    def nothing_is_approved_twice(self) -> None:
        """Each request once, each login once, and only what was approved is collected."""
        for asked in self.all_approvals():
            books = self.pressed[asked.approval_id]
            books.approvals += asked.phase is approval.Phase.APPROVED and books.phase is not approval.Phase.APPROVED
            assert books.approvals <= 1, "twice: approved"
            books.phase = asked.phase
        assert len(self.collected) == len(set(self.collected)), "twice: collected"

    def check(self) -> None:
        """Hold the town to every rule."""
        self.active_only_by_the_whole_way()
        self.attempts_never_grow()
        self.bound_to_one_login_number_and_person()
        self.expiry_is_final()
        self.nothing_is_approved_twice()
