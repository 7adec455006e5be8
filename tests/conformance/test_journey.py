"""The tutorial's journey against the real provider and a real portal: every step, and every way to be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from conformance.browser import Browser
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.hop import origin_host
from conformance.journey import ACTIVATED, Journey, JourneyError, Step
from conformance.miniatures.server import portal_toml
from conformance.portal import HttpPortal
from conformance.workstation import PASSWORD, Phone, Workstation, WorkstationError
from virtual_card import Desk, PinBlocked, PinRefused, Reader
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat
    from mock_idp.web.world import Clock

pytestmark = pytest.mark.integration

PERSON = "899799000015"
QR_IS_OVER = 91.0
CODE_IS_OVER = 121.0
ALL_IS_OVER = 3600.0


@dataclass(kw_only=True)
class Here:
    """A provider, a portal, a desk with a card in its reader, and a person before them."""

    seat: Seat
    base: str
    desk: Desk
    taken: list[Step] = field(default_factory=list)

    def journey(self, *, phone: type[Phone] = Phone, pin: str = DEFAULT_PIN, home: str = "/") -> Journey:
        """Return a journey that has not begun, with new browsers."""
        wallet = self.seat.provider.settings.wallet_base
        hosts = frozenset({origin_host(self.seat.url), origin_host(wallet)})
        portal = HttpPortal(read_descriptor(portal_toml(self.base)), hosts)
        mobile = phone(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet)
        return Journey(
            portal=portal,
            station=Workstation(computer=portal.browser(), phone=mobile, wallet=wallet),
            desk=self.desk,
            home=self.base + home,
            idnat=PERSON,
            pin=pin,
        )

    def walk(self, journey: Journey, *, to: str = "07") -> Iterator[Step]:
        """Take the steps up to a number, remembering them; then go on step by step."""
        steps = journey.walk()
        for step in steps:
            self.taken.append(step)
            if step.number == to:
                break
        return steps


@pytest.fixture
def here() -> Iterator[Here]:
    """A provider in which nobody has activated anything."""
    with running_seat(SUITE_SETTINGS) as seat, demo_portal(seat.provider) as base:
        card = seat.cards.card(PERSON)

        assert card is not None
        yield Here(seat=seat, base=base, desk=Desk(Reader(card)))


def test_the_whole_journey(here: Here) -> None:
    """From the portal's « Connexion » to the practitioner it then shows, in the tutorial's order."""
    steps = list(here.journey().walk())

    assert ["01", "01", "02", "03", "04", "05", "06", "07", "07"] == [step.number for step in steps]
    assert "Demande d'activation" in steps[1].seen
    assert ACTIVATED == steps[6].seen
    assert PERSON == steps[-1].seen
    assert all(step.fr and step.en and step.seen for step in steps)


def test_no_step_shows_a_secret(here: Here) -> None:
    """Neither the code confidentiel, nor the phone's password; and no repr does."""
    journey = here.journey(pin="1234")
    told = " ".join(f"{step.fr} {step.en} {step.seen}" for step in journey.walk())

    assert [] == [secret for secret in (DEFAULT_PIN, PASSWORD) if secret in told.replace(PERSON, "")]
    assert PASSWORD not in repr(journey.station.phone)
    assert f"'{DEFAULT_PIN}'" not in repr(journey)


def test_a_wrong_pin_three_times_blocks_the_card(here: Here) -> None:
    """Each try counts down, whichever journey it is made on; afterwards the right one is refused as well."""
    refusals: list[object] = []
    for pin in ("0000", "9999", "1111", DEFAULT_PIN):
        with pytest.raises((PinRefused, PinBlocked)) as caught:
            list(here.journey(pin=pin).walk())
        refusals.append((type(caught.value), getattr(caught.value, "tries_left", 0)))

        assert pin not in str(caught.value)

    assert [(PinRefused, 2), (PinRefused, 1), (PinBlocked, 0), (PinBlocked, 0)] == refusals


class WrongReader(Phone):
    """A person who misreads the code on the phone."""

    def scan(self, picture: bytes) -> str:
        """Return the code with its last digit changed."""
        code = super().scan(picture)
        return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_wrong_code_is_refused(here: Here) -> None:
    """The page says so, and the activation goes no further."""
    with pytest.raises(WorkstationError) as caught:
        list(here.walk(here.journey(phone=WrongReader)))

    assert "code-wrong" == caught.value.alert
    assert "04" == here.taken[-1].number


class Slow(Phone):
    """A person who takes their time between looking at the computer and holding the phone to it."""

    clock: Clock

    def scan(self, picture: bytes) -> str:
        """Scan a QR code that was on the screen a while ago."""
        self.clock.advance(QR_IS_OVER)
        return super().scan(picture)


def test_a_qr_code_that_is_too_old_is_refused_by_the_phone(here: Here) -> None:
    """The page on the phone says so."""
    Slow.clock = here.seat.provider.clock

    with pytest.raises(WorkstationError) as caught:
        list(here.journey(phone=Slow).walk())

    assert "qr-expired" == caught.value.alert
    assert "scan the QR code" in str(caught.value)


@pytest.mark.parametrize("seconds", [QR_IS_OVER, ALL_IS_OVER])
def test_a_qr_code_that_is_no_longer_shown_is_said(here: Here, seconds: float) -> None:
    """The computer asks for the picture too late, and gets none."""
    steps = here.walk(here.journey(), to="03")
    here.seat.provider.clock.advance(seconds)

    with pytest.raises(WorkstationError, match=r"(see|scan) the QR code"):
        next(steps)


@pytest.mark.parametrize(("seconds", "alert"), [(CODE_IS_OVER, "code-expired"), (ALL_IS_OVER, "gone")])
def test_a_code_that_is_too_old_is_refused(here: Here, seconds: float, alert: str) -> None:
    """On the computer, when it is typed too late; and when the whole activation is over."""
    steps = here.walk(here.journey(), to="04")
    here.seat.provider.clock.advance(seconds)

    with pytest.raises(WorkstationError) as caught:
        next(steps)

    assert alert == caught.value.alert


class Blurred(Phone):
    """A phone whose camera sees nothing."""

    def scan(self, picture: bytes) -> str:
        """Scan an empty picture of the same kind."""
        import io  # noqa: PLC0415  # only here

        from PIL import Image  # noqa: PLC0415  # only here

        empty = io.BytesIO()
        Image.new("RGB", Image.open(io.BytesIO(picture)).size, "white").save(empty, "PNG")
        return super().scan(empty.getvalue())


def test_a_picture_without_a_qr_code_is_said(here: Here) -> None:
    """At the step where it happens."""
    with pytest.raises(WorkstationError, match="scan the QR code"):
        list(here.walk(here.journey(phone=Blurred)))


def test_a_portal_without_the_tutorials_words_is_said(here: Here) -> None:
    """With the link that is missing."""
    with pytest.raises(JourneyError, match="login: no link 'Connexion' on the page"):
        list(here.journey(home="/me").walk())


def test_a_portal_that_is_not_there_is_said(here: Here) -> None:
    """The same way."""
    journey = here.journey()
    journey.home = "http://127.0.0.1:1/"

    with pytest.raises(JourneyError, match="login: no link 'Connexion'"):
        list(journey.walk())


def test_the_second_journey_of_a_person_logs_in_without_activation(here: Here) -> None:
    """Whoever has an e-CPS is not asked to activate one: the tutorial's page does not come."""
    list(here.journey().walk())

    with pytest.raises(WorkstationError, match="reach the demande d'activation"):
        list(here.journey().walk())
