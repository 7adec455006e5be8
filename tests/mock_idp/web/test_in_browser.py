"""The pages in a real Chromium: the whole journey by a person, with scripts and without, wide and narrow."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from mock_idp.ecps.settings import EcpsSettings
from mock_idp.store import StoreError
from mock_idp.web import phone as phone_pages
from mock_idp.web.answers import Answer, answer
from mock_idp.web.journeys import enrol
from mock_idp.web.typesetting import typeset
from tests.mock_idp.web.browsing import CAMERA, NARROW, SMALLEST, WIDE, Person, axe, chromium, person_before, simulator
from tests.mock_idp.web.desk import PASSWORD, StillClock
from tests.mock_idp.web.reader import PIN, OneCard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.web.texts import Explanation

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.requires("chromium", "playwright")]

IDNAT = "899799000015"
QR_LIFETIME = EcpsSettings().qr_lifetime
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
    person.write(computer, "ecps", identifiant="99799000015")
    person.look(computer, "login-refused")
    person.write(computer, "ecps", identifiant="8 99799 000015")
    person.look(computer, "activation-begin")
    person.press(computer, "begin")
    person.write(computer, "reader", pin="0000")
    person.look(computer, "activation-pin-refused")
    person.write(computer, "reader", pin=PIN)
    person.wait_for(computer, "#qr")
    assert big_enough(computer)
    person.look(computer, "activation-qr")
    phone.goto(person.base + "/phone/")
    person.look(phone, "phone-terms")
    person.tick(phone, "#terms")
    person.press(phone, "terms")
    person.look(phone, "phone-ready")
    # a browser that reads no QR codes itself is offered no camera
    phone.wait_for_load_state("load")
    assert not phone.locator("#open-camera").is_visible()
    person.scan()
    person.wait_for(phone, "[data-code]")
    person.look(phone, "phone-code")
    person.wait_for(computer, "input#code")
    person.look(computer, "activation-code")
    person.write(computer, "code", code=phone.locator("#code").inner_text())
    person.look(computer, "activation-password")
    person.wait_for(phone, "#password_confirm")
    person.write(phone, "password", password=PASSWORD, password_confirm="9999")
    person.look(phone, "phone-password-refused")
    person.write(phone, "password", password=PASSWORD, password_confirm=PASSWORD)
    person.wait_for(phone, "#activated")
    person.look(phone, "phone-activated")
    person.wait_for(computer, "#activated")
    person.look(computer, "activation-done")


def ask_again(person: Person) -> None:
    """Ask for a login with the phone, refuse it there, and ask once more."""
    computer, phone = person.computer, person.phone
    person.press(computer, "login")
    person.press(computer, "ecps")
    person.look(computer, "waiting")
    phone.goto(person.base + "/phone/")
    person.look(phone, "phone-home")
    person.go(phone, "a[data-request]")
    person.press(phone, "refuse")
    person.wait_for(computer, "#redemander")
    person.look(computer, "refused")
    person.press(computer, "again")


def approve(person: Person) -> None:
    """Log in with the phone: the password, then the number that the computer shows."""
    computer, phone = person.computer, person.phone
    number = computer.locator("#number").inner_text()
    phone.goto(person.base + "/phone/")
    person.go(phone, "a[data-request]")
    person.write(phone, "unlock", password=PASSWORD)
    person.look(phone, "phone-number")
    person.go(phone, f'button[value="{number}"]')
    person.wait_for(phone, "#approved")
    person.look(phone, "phone-approved")
    person.go_on(computer)
    computer.wait_for_url(person.callback + "?**")


@pytest.mark.parametrize(
    ("sizes", "scripts", "language"),
    [((WIDE, NARROW), True, "fr-FR"), ((NARROW, TINY), True, "en-GB"), ((WIDE, NARROW), False, "fr-FR")],
    ids=["wide-by-keyboard", "narrow-in-english", "no-scripts"],
)
def test_the_whole_tutorial_by_a_person(
    browser: Browser,
    shots: Path,
    sizes: tuple[dict[str, int], dict[str, int]],
    *,
    scripts: bool,
    language: str,
) -> None:
    """From the portal to the portal, with an activation between; no page is too wide, and axe has no complaint.

    The wide one is lived without a mouse: Tab, Enter and Space, and a focus that is always seen.
    """
    computer, phone = sizes
    keyboard = computer == WIDE and scripts
    with (
        simulator(OneCard()) as running,
        person_before(
            browser,
            running,
            shots,
            computer=computer,
            phone=phone,
            scripts=scripts,
            keyboard=keyboard,
            language=language,
        ) as person,
    ):
        activate(person)
        ask_again(person)
        approve(person)

    assert [] == person.complaints
    assert 18 == len(person.seen)


def activate_on_the_desk(person: Person) -> None:
    """Live steps 01 to 06 of the tutorial in two frames; nothing waits for the page that a frame goes to."""
    window = person.computer
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
    expect(phone.locator("#code")).to_be_visible()
    person.look(window, "desk-code")
    computer.locator("input#code").fill(phone.locator("#code").inner_text())
    computer.locator("#valider-code").click()
    expect(computer.locator('[data-phase] form[name="continue"]')).to_be_visible()
    phone.locator("#password").fill(PASSWORD)
    phone.locator("#password_confirm").fill(PASSWORD)
    person.look(window, "desk-password")
    phone.locator("#valider").click()
    expect(phone.locator("#activated")).to_be_visible()
    expect(computer.locator("#activated")).to_be_visible()
    person.look(window, "desk-activated")


def log_in_on_the_desk(person: Person) -> None:
    """Ask for a login on the computer, and approve it on the phone beside it."""
    window = person.computer
    computer, phone = window.frame_locator("#computer"), window.frame_locator("#phone")
    # both pages have a button of this name
    computer.locator('form[name="login"] #se-connecter').click()
    computer.locator('form[name="ecps"] #se-connecter').click()
    phone.locator('[role="button"]').click()
    expect(phone.locator("a[data-request]")).to_be_visible()
    expect(computer.locator("#number")).to_be_visible()
    person.look(window, "desk-waiting")
    phone.locator("a[data-request]").click()
    phone.locator("#password").fill(PASSWORD)
    phone.locator("#valider").click()
    expect(phone.locator('form[name="pick"]')).to_be_visible()
    person.look(window, "desk-number")
    phone.locator(f'button[value="{computer.locator("#number").inner_text()}"]').click()


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
        activate_on_the_desk(person)
        log_in_on_the_desk(person)
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
        clock = running.provider.clock
        assert isinstance(clock, StillClock)
        computer.clock.install()
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
        # after ninety seconds the page says by itself that its QR code is over
        clock.wait(QR_LIFETIME)
        computer.clock.fast_forward(int(QR_LIFETIME.total_seconds() * 1000))
        person.wait_for(computer, "#qr-over")
        person.look(computer, "qr-over")
        person.press(computer, "renew")
        person.wait_for(computer, "[data-countdown]")
        person.wait_for(phone, 'form[name="screen"]')
        phone.locator("#open-camera").click()
        phone.evaluate(f"window.qrBefore = '{person.picture_of_qr()}'")
        person.wait_for(phone, "[data-code]")

    assert [] == person.complaints


def activate_without_a_card(person: Person) -> None:
    """E-mail and SMS in the mailbox, which fills by itself where scripts run, and the code typed on the computer."""
    computer, phone = person.computer, person.phone
    mailbox = computer.context.new_page()
    mailbox.goto(person.base + "/mailbox/")
    person.look(mailbox, "mailbox-empty")
    person.arrive()
    person.write(computer, "ecps", identifiant=IDNAT)
    person.press(computer, "contact")
    person.look(computer, "activation-mail")
    if not person.scripts:
        mailbox.reload()
    mailbox.locator('tr[data-kind="mail"] a').click()
    person.look(mailbox, "mail")
    phone.goto(person.base + "/phone/")
    person.tick(phone, "#terms")
    person.press(phone, "terms")
    phone.goto(person.picture_of_qr(mailbox))
    person.look(phone, "phone-texted")
    mailbox.goto(person.base + "/mailbox/")
    person.look(mailbox, "mailbox")
    mailbox.locator('tr[data-kind="sms"] a').click()
    person.look(mailbox, "sms")
    person.wait_for(computer, "input#code")
    person.look(computer, "activation-code-sms")
    person.write(computer, "code", code=mailbox.locator("#code").get_attribute("data-code") or "")
    # the phone goes on by itself, with scripts or without
    expect(phone.locator("#password_confirm")).to_be_visible()
    person.write(phone, "password", password=PASSWORD, password_confirm=PASSWORD)
    person.wait_for(phone, "#activated")
    person.wait_for(computer, "#activated")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_activation_without_a_card(
    browser: Browser,
    shots: Path,
    *,
    scripts: bool,
) -> None:
    """To an e-CPS that is active, and a login with it."""
    with (
        simulator(OneCard()) as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW, scripts=scripts) as person,
    ):
        activate_without_a_card(person)
        person.press(person.computer, "login")
        person.press(person.computer, "ecps")
        approve(person)

    assert [] == person.complaints


def test_a_login_with_the_card_without_scripts(browser: Browser, shots: Path) -> None:
    """The card is in the reader at a login with the e-CPS; the person takes the card instead.

    The portal has asked for a ``form_post``, which sends itself only where scripts run.
    """
    with (
        simulator(OneCard(), ecps=EcpsSettings(delegation=True)) as running,
        person_before(browser, running, shots, computer=TINY, phone=NARROW, scripts=False) as person,
    ):
        window = person.computer
        person.arrive(response_mode="form_post")
        person.press(window, "slot")
        person.look(window, "login-card-in")
        window.locator("#means-delegation").click()
        person.look(window, "delegation")
        window.locator("#means-ecps").click()
        person.write(window, "ecps", identifiant=IDNAT)
        person.look(window, "card-inserted")
        window.locator("#avec-la-carte").click()
        person.write(window, "reader", identifiant=IDNAT, pin="0000")
        person.look(window, "card-login-refused")
        person.write(window, "reader", pin=PIN)
        person.look(window, "form-post")
        with window.expect_request(person.callback) as sent:
            person.press(window, "response")
        answer = dict(parse_qsl(sent.value.post_data or ""))

    assert [] == person.complaints
    assert {"code", "state", "iss", "session_state"} == answer.keys()


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


def look_wide_and_tiny(person: Person, name: str) -> None:
    """Look at one page at two sizes."""
    for word, size in {"wide": WIDE, "tiny": TINY}.items():
        person.computer.set_viewport_size({"width": size["width"], "height": size["height"]})
        person.look(person.computer, f"{name}-{word}")


def test_the_other_pages(browser: Browser, shots: Path) -> None:
    """Errors and odd addresses are pages like the others, in English too."""
    statuses = {}
    with (
        simulator() as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW, language="en-GB") as person,
    ):
        for number, path in enumerate(OTHER_PAGES):
            answer = person.computer.goto(person.base + path)
            statuses[path] = answer.status if answer else 0
            look_wide_and_tiny(person, f"other-{number}")
        person.arrive()
        person.computer.locator("#means-card").click()
        look_wide_and_tiny(person, "card-tab")
        person.computer.locator("#means-ecps").click()
        person.computer.locator("summary").click()
        look_wide_and_tiny(person, "people")

    assert statuses == OTHER_PAGES
    assert [] == person.complaints


def test_a_waiting_page_outlasts_an_outage(browser: Browser, shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store is out of reach it goes on asking; another page says what is wrong; then the login goes on."""

    def fail() -> None:
        raise StoreError("redis://r : parti ; redémarrez-le", "redis://r: gone; start it again")

    with (
        simulator() as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW, language="fr-FR") as person,
    ):
        enrol(running.provider, IDNAT, PASSWORD)
        person.arrive()
        person.computer.locator("#identifiant").fill(IDNAT)
        person.press(person.computer, "ecps")
        person.wait_for(person.computer, "#number")
        with monkeypatch.context() as outage:
            outage.setattr(running.provider.clock, "catch_up", fail)
            with person.computer.expect_response(lambda answer: answer.status == 503):
                pass
            person.phone.goto(person.base + "/phone/")
            said = person.phone.locator("#error").inner_text()
            person.look(person.phone, "store-gone")
            with person.computer.expect_response(lambda answer: answer.status == 503):
                pass
        answer(running.provider, IDNAT, Answer.APPROVE)
        person.computer.wait_for_url(person.callback + "?**")

    assert typeset("redis://r : parti ; redémarrez-le") in said
    assert [] == person.complaints


def test_who_has_left_a_page_is_not_called_back(browser: Browser, shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the QR code is scanned is the phone's own doing: on its slow way to the code it is not sent home."""
    on_the_way, let_go = threading.Event(), threading.Event()
    shown = phone_pages._link

    def late(error: Explanation | None = None) -> AnyResponse:
        on_the_way.set()
        let_go.wait(timeout=10)
        return shown(error)

    with (
        simulator(OneCard()) as running,
        person_before(browser, running, shots, computer=WIDE, phone=NARROW) as person,
    ):
        person.phone.goto(person.base + "/phone/")
        person.tick(person.phone, "#terms")
        person.press(person.phone, "terms")
        person.arrive()
        person.write(person.computer, "ecps", identifiant=IDNAT)
        person.press(person.computer, "begin")
        person.write(person.computer, "reader", pin=PIN)
        person.wait_for(person.phone, 'form[name="screen"]')
        monkeypatch.setattr(phone_pages, "_link", late)
        person.phone.locator('form[name="screen"] button').click(no_wait_after=True)
        assert on_the_way.wait(timeout=10)
        # the first may have been asked before the scan, the second was not
        for _ in range(2):
            with person.phone.expect_response("**/phone/etat"):
                pass
        let_go.set()
        expect(person.phone.locator("#code")).to_be_visible()


ASK_THE_FRAME = """
([address, question]) => new Promise(told => {
  const frame = document.createElement("iframe");
  window.addEventListener("message", event => told([event.origin, event.data]));
  frame.addEventListener("load", () => frame.contentWindow.postMessage(question, new URL(address).origin));
  window.setTimeout(told, 10000, "no answer");
  frame.src = address;
  document.body.append(frame);
})
"""


def test_a_page_elsewhere_asks_the_session_frame(browser: Browser) -> None:
    """As OpenID Connect Session Management 3.2 has it: a session that nobody opened has changed.

    The page is the wallet's, which is another origin, and for once may frame what it likes.
    """
    with simulator() as running, browser.new_context(bypass_csp=True) as window:
        page = window.new_page()
        page.goto(running.settings.wallet_base + "/nothing")
        frame = running.settings.endpoint("/login-status-iframe.html")

        assert [running.settings.issuer_base, "changed"] == page.evaluate(ASK_THE_FRAME, [frame, "portail nothing"])


def test_axe_bites(browser: Browser) -> None:
    """The check itself finds a field without a label, on the second page of a window as on the first."""
    page = browser.new_page()
    complaints = []
    for field in ("", "<input>"):
        page.set_content(f"<!doctype html><html lang='fr'><title>x</title><main><h1>x</h1>{field}</main></html>")
        complaints.append([complaint.partition(" ")[0] for complaint in axe(page)])
    page.close()

    assert [[], ["label"]] == complaints
