"""A person before a real browser: two windows, a look at each page, and what axe has to say about it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Error, expect, sync_playwright
from playwright.sync_api import TimeoutError as BrowserTimeout

from mock_idp.web.serve import run_provider
from tests.mock_idp.web import keyboard as keys
from tests.mock_idp.web.desk import REQUEST, make_provider
from tests.mock_idp.web.screen import VARYING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Frame, Page

    from mock_idp.ecps.settings import EcpsSettings
    from mock_idp.settings import Settings
    from mock_idp.web import Provider
    from mock_idp.web.serve import RunningProvider
    from mock_idp.web.services import CardReader

WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 390, "height": 780}
SMALLEST = 320
PATIENCE_MS = 15_000
MOMENT_MS = 1_000
TRIES = 3
AXE = Axe().axe_script
FAULTLESS: set[str] = set()
"""Pages that axe found nothing wrong with, without what varies: the same page is not asked about twice."""
CALLBACK_PATH = "/portail/retour"

Answer = TypeVar("Answer")

# The machine's own network only, whatever a page might ask for; no sandbox, because containers run as root; a camera
# that shows a test picture.
SWITCHES = [
    "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@contextmanager
def simulator(reader: CardReader | None = None, *, ecps: EcpsSettings | None = None) -> Iterator[RunningProvider]:
    """Serve a simulator with one portal, whose clock stands still."""

    def make(settings: Settings) -> Provider:
        return make_provider(settings=settings, reader=reader, ecps=ecps, callback=settings.issuer_base + CALLBACK_PATH)

    with run_provider(make=make) as running:
        yield running


@dataclass(kw_only=True)
class Person:
    """Somebody with a computer and a phone, who looks at every page.

    Attributes:
        shots: where pictures of the pages go.
        scripts: whether the browsers run scripts; without them nothing is asked of axe, which is one.
        keyboard: whether there is no mouse; then the focus is looked at, too.
    """

    base: str
    callback: str
    computer: Page
    phone: Page
    shots: Path
    scripts: bool
    keyboard: bool = False
    complaints: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def look(self, window: Page, name: str) -> None:
        """Take a picture of the page and collect what is wrong with it."""
        place = f"{len(self.seen):02d}-{name}"
        self.seen.append(name)
        picture = self.shots / f"{place}.png"
        if self.scripts:
            # what stands in the page is not on the screen yet: a frame is painted later than its window
            for frame in window.frames:
                frame.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        _patiently(window, partial(window.screenshot, path=picture, full_page=True))
        if kept := os.environ.get("PSC_SCREENSHOTS"):
            folder = Path(kept) / self.shots.name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, folder)
        for frame in window.frames:
            self.complaints += [f"{place}: {complaint}" for complaint in _patiently(window, partial(wide_pages, frame))]
            if self.scripts and (shape := VARYING.sub("0", frame.content())) not in FAULTLESS:
                troubles = axe(frame)
                self.complaints += [f"{place}: {complaint}" for complaint in troubles]
                FAULTLESS.update([] if troubles else [shape])

        if self.keyboard:
            self.complaints += [f"{place}: {complaint}" for complaint in keys.order(window)]

    def arrive(self, **changes: str) -> None:
        """Come from the portal."""
        self.computer.goto(f"{self.base}/auth?{urlencode(REQUEST | {'redirect_uri': self.callback} | changes)}")

    def press(self, window: Page, name: str) -> None:
        """Press the button of the form of that name."""
        self.go(window, f'form[name="{name}"] button[type="submit"]')

    def go(self, window: Page, selector: str) -> None:
        """Follow a link, or press a button."""
        if self.keyboard:
            self.complaints += keys.reach(window, selector)
            self._enter(window)
        else:
            window.locator(selector).first.click()

    def tick(self, window: Page, selector: str) -> None:
        """Tick a box."""
        if self.keyboard:
            self.complaints += keys.reach(window, selector)
            window.keyboard.press("Space")
        else:
            window.locator(selector).check()

    def write(self, window: Page, form: str, **fields: str) -> None:
        """Fill a form in, and send it: with its button, or with Enter in the last field."""
        for name, text in fields.items():
            field_of_form = f'form[name="{form}"] [name="{name}"]'
            if self.keyboard:
                self.complaints += keys.reach(window, field_of_form)
                window.keyboard.press("ControlOrMeta+A")
                window.keyboard.type(text)
            else:
                window.locator(field_of_form).fill(text)
        if self.keyboard:
            self._enter(window)
        else:
            self.press(window, form)

    @staticmethod
    def _enter(window: Page) -> None:
        with window.expect_navigation():
            window.keyboard.press("Enter")

    def picture_of_qr(self, window: Page | None = None) -> str:
        """Return what a camera reads off the computer's screen, or off another window."""
        picture = self.shots / "camera.png"
        (window or self.computer).locator("#qr").screenshot(path=picture)
        read = zxingcpp.read_barcode(Image.open(picture))
        assert read is not None
        return read.text

    def scan(self) -> None:
        """Point the phone's camera at the QR code."""
        self.phone.goto(self.picture_of_qr())

    def wait_for(self, window: Page, selector: str) -> None:
        """Wait until the page shows something, helping it along when it runs no script."""
        if window.locator(selector).count() == 0:
            self.go_on(window)
        expect(window.locator(selector).first).to_be_visible(timeout=PATIENCE_MS)

    def go_on(self, window: Page) -> None:
        """Press « Continuer » where no script runs, unless the page has loaded itself anew before."""
        if not self.scripts:
            with suppress(BrowserTimeout):
                window.locator('form[name="continue"] button').click(timeout=MOMENT_MS)


def _patiently(window: Page, act: Callable[[], Answer]) -> Answer:
    """Do something with a page, and again if it went on just then: without scripts it loads itself anew."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except Error:
            window.wait_for_load_state("load")
    return act()


def axe(window: Page | Frame) -> list[str]:
    """Return what axe complains about: rule, and where.  Reading axe is what takes time: once for each document."""
    if window.evaluate("typeof axe === 'undefined'"):
        window.evaluate(AXE)
    violations = window.evaluate("axe.run({resultTypes: ['violations']}).then(report => report.violations)")
    return [
        f"{violation['id']} ({violation['help']}): {', '.join(str(node['target']) for node in violation['nodes'])}"
        for violation in violations
    ]


def wide_pages(window: Page | Frame) -> list[str]:
    """Return whether the page is wider than the window, which people hate."""
    overflow = window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"wider than the window by {overflow} px"] if overflow > 0 else []


@contextmanager
def person_before(
    browser: Browser,
    running: RunningProvider,
    shots: Path,
    *,
    computer: dict[str, int],
    phone: dict[str, int],
    scripts: bool = True,
    keyboard: bool = False,
    language: str = "fr-FR",
) -> Iterator[Person]:
    """Seat somebody before two browsers that know nothing of each other."""
    windows = [_window(browser, size, scripts=scripts, language=language) for size in (computer, phone)]
    pages = [window.new_page() for window in windows]
    for page in pages:
        page.set_default_timeout(PATIENCE_MS)
    base, callback = running.settings.wallet_base, running.settings.issuer_base + CALLBACK_PATH
    yield Person(
        base=base, callback=callback, computer=pages[0], phone=pages[1], shots=shots, scripts=scripts, keyboard=keyboard
    )
    for window in windows:
        window.close()


CAMERA = """
window.BarcodeDetector = class {
  constructor(options) { this.formats = options.formats; }
  async detect(film) {
    window.looks = (window.looks || 0) + 1;
    if (window.looks > 2) document.documentElement.dataset.looked = "often";
    const text = window.looks > 2 && film.videoWidth > 0 ? window.qrBefore : null;
    return [{ rawValue: "https://elsewhere.test/" }, ...(text ? [{ rawValue: text }] : [])];
  }
};
"""
"""A browser that reads QR codes itself, as phones have; Chromium on a computer has none."""


def _window(browser: Browser, size: dict[str, int], *, scripts: bool, language: str) -> BrowserContext:
    return browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, java_script_enabled=scripts, locale=language
    )
