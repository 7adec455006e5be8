"""The pages in a real Chromium: the whole journey by a person, with scripts and without, wide and narrow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mock_idp.ecps.settings import EcpsSettings
from tests.mock_idp.web.browsing import CAMERA, NARROW, SMALLEST, WIDE, Person, axe, chromium, person_before, simulator
from tests.mock_idp.web.desk import PASSWORD
from tests.mock_idp.web.reader import PIN, OneCard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.requires("chromium", "playwright")]

IDNAT = "899799000015"
FIVE_CENTIMETRES = 189
"""In CSS pixels, 96 to the inch."""

DESKTOP = {"width": 1440, "height": 900}
TINY = {"width": SMALLEST, "height": 568}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this room; each has windows of its own."""
    with chromium() as started:
        yield started


@pytest.fixture
def shots(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder for the pictures, named after the test."""
    folder = tmp_path / re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
    folder.mkdir()
    return folder


def big_enough(computer: Page) -> bool:
    """Tell whether a phone's camera can read the QR code from an arm's length: a side of five centimetres at least."""
    box = computer.locator("#qr").bounding_box()
    return box is not None and min(box["width"], box["height"]) >= FIVE_CENTIMETRES


def activate(person: Person) -> None:
    """Live steps 01 to 06 of the tutorial."""
    computer, phone = person.computer, person.phone
    person.arrive()
    person.look(computer, "login")
    computer.locator("#identifiant").fill("99799000015")
    person.press(computer, "ecps")
    person.look(computer, "login-refused")
    computer.locator("#identifiant").fill("8 99799 000015")
    person.press(computer, "ecps")
    person.look(computer, "activation-begin")
    person.press(computer, "begin")
    computer.locator("#pin").fill("0000")
    person.press(computer, "reader")
    person.look(computer, "activation-pin-refused")
    computer.locator("#pin").fill(PIN)
    person.press(computer, "reader")
    person.wait_for(computer, "#qr")
    assert big_enough(computer)
    person.look(computer, "activation-qr")
    phone.goto(person.base + "/phone/")
    person.look(phone, "phone-terms")
    phone.locator("#terms").check()
    person.press(phone, "terms")
    person.look(phone, "phone-ready")
    person.scan()
    person.wait_for(phone, "[data-code]")
    person.look(phone, "phone-code")
    person.wait_for(computer, "input#code")
    person.look(computer, "activation-code")
    computer.locator("#code").fill(phone.locator("#code").inner_text())
    person.press(computer, "code")
    person.look(computer, "activation-password")
    person.wait_for(phone, "#password_confirm")
    phone.locator("#password").fill(PASSWORD)
    phone.locator("#password_confirm").fill("9999")
    person.press(phone, "password")
    person.look(phone, "phone-password-refused")
    phone.locator("#password").fill(PASSWORD)
    phone.locator("#password_confirm").fill(PASSWORD)
    person.press(phone, "password")
    person.wait_for(phone, "#activated")
    person.look(phone, "phone-activated")
    person.wait_for(computer, "#activated")
    person.look(computer, "activation-done")


def log_in(person: Person) -> None:
    """Log in with the phone, after one refusal."""
    computer, phone = person.computer, person.phone
    person.press(computer, "login")
    person.press(computer, "ecps")
    person.look(computer, "waiting")
    phone.goto(person.base + "/phone/")
    person.look(phone, "phone-home")
    phone.locator("a[data-request]").click()
    person.press(phone, "refuse")
    person.wait_for(computer, "#redemander")
    person.look(computer, "refused")
    person.press(computer, "again")
    number = computer.locator("#number").inner_text()
    phone.goto(person.base + "/phone/")
    phone.locator("a[data-request]").click()
    phone.locator("#password").fill(PASSWORD)
    person.press(phone, "unlock")
    person.look(phone, "phone-number")
    phone.locator(f'button[value="{number}"]').click()
    person.wait_for(phone, "#approved")
    person.look(phone, "phone-approved")
    if not person.scripts:
        person.press(computer, "continue")
    computer.wait_for_url(person.callback + "?**")


@pytest.mark.parametrize(
    ("sizes", "scripts", "language"),
    [((WIDE, NARROW), True, "fr-FR"), ((NARROW, TINY), True, "en-GB"), ((WIDE, NARROW), False, "fr-FR")],
    ids=["wide", "narrow-in-english", "no-scripts"],
)
def test_the_whole_tutorial_by_a_person(
    browser: Browser,
    shots: Path,
    sizes: tuple[dict[str, int], dict[str, int]],
    scripts: bool,  # noqa: FBT001  pytest passes it by name
    language: str,
) -> None:
    """From the portal to the portal, with an activation between; no page is too wide, and axe has no complaint."""
    computer, phone = sizes
    with (
        simulator(OneCard()) as running,
        person_before(
            browser, running, shots, computer=computer, phone=phone, scripts=scripts, language=language
        ) as person,
    ):
        activate(person)
        log_in(person)

    assert [] == person.complaints
    assert 18 == len(person.seen)


@pytest.mark.parametrize(
    ("size", "language"), [(DESKTOP, "fr-FR"), (NARROW, "en-GB")], ids=["desktop", "phone-in-english"]
)
def test_the_whole_tutorial_on_the_desk(browser: Browser, shots: Path, size: dict[str, int], language: str) -> None:
    """Computer and phone in two frames of one window, without a camera: activated with the card, then logged in.

    Window and frames are looked at, at every step; at the end the portal gets the whole window.
    """
    with (
        simulator(OneCard()) as running,
        person_before(browser, running, shots, computer=size, phone=NARROW, language=language) as person,
    ):
        window = person.computer
        person.arrive()
        window.locator("#cote-a-cote").click()
        computer, phone = window.frame_locator("#computer"), window.frame_locator("#phone")
        computer.locator("#identifiant").fill("99799000015")
        computer.locator("#se-connecter").click()
        expect(computer.locator('[data-error="idnat-unknown"]')).to_be_visible()
        person.look(window, "desk-login-refused")
        computer.locator("#identifiant").fill(IDNAT)
        computer.locator("#se-connecter").click()
        computer.locator("#commencer").click()
        computer.locator("#pin").fill(PIN)
        expect(phone.locator("#terms")).to_be_visible()
        person.look(window, "desk-activation")
        computer.locator("#valider-pin").click()
        expect(computer.locator("#qr")).to_be_visible()
        phone.locator("#terms").check()
        phone.locator("#commencer").click()
        expect(phone.locator('form[name="screen"] button')).to_be_visible()
        person.look(window, "desk-qr")
        phone.locator('form[name="screen"] button').click()
        expect(computer.locator("input#code")).to_be_visible()
        person.look(window, "desk-code")
        computer.locator("input#code").fill(phone.locator("#code").inner_text())
        computer.locator("#valider-code").click()
        phone.locator("#password").fill(PASSWORD)
        phone.locator("#password_confirm").fill(PASSWORD)
        person.look(window, "desk-password")
        phone.locator("#valider").click()
        expect(phone.locator("#activated")).to_be_visible()
        expect(computer.locator("#activated")).to_be_visible()
        person.look(window, "desk-activated")
        computer.locator("#se-connecter").click()
        computer.locator("#se-connecter").click()
        phone.locator('[role="button"]').click()
        expect(phone.locator("a[data-request]")).to_be_visible()
        person.look(window, "desk-waiting")
        phone.locator("a[data-request]").click()
        phone.locator("#password").fill(PASSWORD)
        phone.locator("#valider").click()
        expect(phone.locator('form[name="pick"]')).to_be_visible()
        person.look(window, "desk-number")
        phone.locator(f'button[value="{computer.locator("#number").inner_text()}"]').click()
        window.wait_for_url(person.callback + "?**")

    assert [] == person.complaints
    assert 8 == len(person.seen)


def test_the_phones_camera_reads_the_qr_code(browser: Browser, shots: Path) -> None:
    """Where the browser reads QR codes, the page opens the camera, passes over foreign codes, and goes on with ours."""
    with (
        simulator(OneCard()) as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW) as person,
    ):
        computer, phone = person.computer, person.phone
        phone.add_init_script(CAMERA)
        phone.goto(person.base + "/phone/")
        phone.locator("#terms").check()
        person.press(phone, "terms")
        person.look(phone, "phone-camera")
        phone.locator("#open-camera").click()
        phone.locator('html[data-looked="often"]').wait_for()
        person.look(phone, "phone-camera-open")
        person.arrive()
        computer.locator("#identifiant").fill(IDNAT)
        person.press(computer, "ecps")
        person.press(computer, "begin")
        computer.locator("#pin").fill(PIN)
        person.press(computer, "reader")
        person.wait_for(computer, "#qr")
        person.wait_for(phone, 'form[name="screen"]')
        phone.locator("#open-camera").click()
        phone.evaluate(f"window.qrBefore = '{person.picture_of_qr()}'")
        person.wait_for(phone, "[data-code]")

    assert [] == person.complaints


def test_without_a_reader_of_qr_codes_the_camera_is_not_offered(browser: Browser, shots: Path) -> None:
    """The page says how else to scan."""
    with (
        simulator() as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW) as person,
    ):
        person.phone.goto(person.base + "/phone/")
        person.phone.locator("#terms").check()
        person.press(person.phone, "terms")
        person.phone.wait_for_load_state("load")

        assert not person.phone.locator("#open-camera").is_visible()


def test_an_activation_without_a_card(browser: Browser, shots: Path) -> None:
    """E-mail and SMS in the mailbox, which fills by itself, and the code typed on the computer."""
    with (
        simulator(OneCard()) as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW) as person,
    ):
        computer, phone = person.computer, person.phone
        mailbox = computer.context.new_page()
        mailbox.goto(person.base + "/mailbox/")
        person.look(mailbox, "mailbox-empty")
        person.arrive()
        computer.locator("#identifiant").fill(IDNAT)
        person.press(computer, "ecps")
        person.press(computer, "contact")
        person.look(computer, "activation-mail")
        mailbox.locator('tr[data-kind="mail"] a').click()
        person.look(mailbox, "mail")
        phone.goto(person.base + "/phone/")
        phone.locator("#terms").check()
        person.press(phone, "terms")
        phone.goto(mailbox.locator("#scan-here").get_attribute("href") or "")
        person.look(phone, "phone-texted")
        mailbox.goto(person.base + "/mailbox/")
        person.look(mailbox, "mailbox")
        mailbox.locator('tr[data-kind="sms"] a').click()
        person.look(mailbox, "sms")
        person.wait_for(computer, "input#code")
        person.look(computer, "activation-code-sms")
        computer.locator("#code").fill(mailbox.locator("#code").get_attribute("data-code") or "")
        person.press(computer, "code")
        person.wait_for(phone, "#password_confirm")

    assert [] == person.complaints


def test_a_login_with_the_card(browser: Browser, shots: Path) -> None:
    """The card is in the reader at a login with the e-CPS; the person takes the card instead."""
    with (
        simulator(OneCard(), ecps=EcpsSettings(delegation=True)) as running,
        person_before(browser, running, shots, computer=TINY, phone=NARROW) as person,
    ):
        window = person.computer
        person.arrive()
        person.press(window, "slot")
        person.look(window, "login-card-in")
        window.locator("#means-delegation").click()
        person.look(window, "delegation")
        window.locator("#means-ecps").click()
        window.locator("#identifiant").fill(IDNAT)
        person.press(window, "ecps")
        person.look(window, "card-inserted")
        window.locator("#avec-la-carte").click()
        window.locator("#identifiant").fill(IDNAT)
        window.locator("#pin").fill("0000")
        person.press(window, "reader")
        person.look(window, "card-login-refused")
        window.locator("#pin").fill(PIN)
        person.press(window, "reader")
        window.wait_for_url(person.callback + "?**")

    assert [] == person.complaints


OTHER_PAGES = {
    "/nothing": 404,
    "/login-page": 410,
    "/activation/none": 410,
    "/phone/scan?t=none": 200,
    "/login/none/identifiant": 405,
    "/auth?client_id=nobody": 400,
    "/auth?client_id=portail&redirect_uri=http://elsewhere.test/": 400,
    "/desk": 200,
}


@pytest.mark.parametrize("size", [WIDE, TINY], ids=["wide", "tiny"])
def test_the_other_pages(browser: Browser, shots: Path, size: dict[str, int]) -> None:
    """Errors and odd addresses are pages like the others, in English too."""
    statuses = {}
    with (
        simulator() as running,
        person_before(browser, running, shots, computer=size, phone=NARROW, language="en-GB") as person,
    ):
        for number, path in enumerate(OTHER_PAGES):
            answer = person.computer.goto(person.base + path)
            statuses[path] = answer.status if answer else 0
            person.look(person.computer, f"other-{number}")
        person.arrive()
        person.computer.locator("#means-card").click()
        person.look(person.computer, "card-tab")
        person.computer.locator("#means-ecps").click()
        person.computer.locator("summary").click()
        person.look(person.computer, "people")

    assert statuses == OTHER_PAGES
    assert [] == person.complaints


def test_axe_bites(browser: Browser) -> None:
    """The check itself finds a field without a label, on the second page of a window as on the first."""
    page = browser.new_page()
    complaints = []
    for field in ("", "<input>"):
        page.set_content(f"<!doctype html><html lang='fr'><title>x</title><main><h1>x</h1>{field}</main></html>")
        complaints.append([complaint.partition(" ")[0] for complaint in axe(page)])
    page.close()

    assert [[], ["label"]] == complaints
