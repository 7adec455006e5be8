"""The curl and openssl of Debian log in at the card's port, the key on a card in a real reader, through PKCS#11."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mock_idp.web.tls import TlsVersion
from mock_idp.web.world import Clock
from tests.card_login.office import CALLBACK, HOLDER, Office, code_of, igc, office
from tests.virtual_card.pcsc.service import Service, running
from virtual_card.access import PinRef
from virtual_card.holder import personalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.virtual_card.pcsc.service import Program
    from virtual_card.transport.vpcd import VpcdSlot

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.integration,
    pytest.mark.requires("pcscd", "vpcd", "opensc", "pyscard", "openssl", "engine-pkcs11"),
]

AUTHENTICATION = "%E8%28%BD%08%0F%80%25%00%00%01%FF%00%10%02"
SIGNATURE = "%E8%28%BD%08%0F%80%25%00%00%01%FF%00%10%01"
# A CPS3 knows no RSA-PSS, which OpenSSL would choose even for TLS 1.2.
PKCS1_ONLY = """openssl_conf = start
[start]
ssl_conf = limits
[limits]
system_default = signatures
[signatures]
SignatureAlgorithms = RSA+SHA256:ECDSA+SHA256
"""


class Post(NamedTuple):
    """A card in a reader of a real service, before a provider."""

    service: Service
    place: Office
    slot: VpcdSlot

    def run(self, *command: str, stdin: bytes = b"") -> Program:
        """Run a program that finds the card's PKCS#11 module by itself."""
        home = self.service.home
        return self.service.run(
            *command,
            stdin=stdin,
            OPENSSL_CONF=str(home / "openssl.cnf"),
            PKCS11_MODULE_PATH=next(str(path) for path in Path("/usr/lib").glob("*/opensc-pkcs11.so")),
        )

    def curl(self, pin: str = "1234", key: str = AUTHENTICATION) -> Program:
        """Follow the login page's button with curl and the card."""
        address = f"https://localhost:{self.place.port}{self.place.path()}"
        certificate = ("--cert-type", "ENG", "--cert", f"pkcs11:id={key};type=cert")
        private = ("--key-type", "ENG", "--key", f"pkcs11:id={key};type=private;pin-value={pin}")
        shown = ("--silent", "--show-error", "--include", "--cacert", "authority.pem")
        return self.run("curl", "--engine", "pkcs11", *certificate, *private, *shown, address)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """A card put into a reader once; no test here leaves it with fewer tries."""
    card = personalise(HOLDER, igc(), now=Clock().now())
    with (
        office(TlsVersion.V1_2, clock=Clock()) as place,
        running(tmp_path_factory.mktemp("pcsc")) as service,
        service.holding(card) as slot,
    ):
        (service.home / "authority.pem").write_bytes(place.identity.authority_pem)
        (service.home / "openssl.cnf").write_text(PKCS1_ONLY, encoding="utf-8")
        yield Post(service=service, place=place, slot=slot)


@pytest.mark.requires("curl")
def test_curl_logs_in_with_the_card(post: Post) -> None:
    """Mutual TLS with the key in the card, then the way back to the portal with a code."""
    done = post.curl()
    location = next(line for line in done.said.splitlines() if line.startswith("Location: "))

    assert (0, True) == (done.code, "HTTP/1.1 302" in done.said), done.said
    assert location.startswith(f"Location: {CALLBACK}?")
    assert len(code_of(location.removeprefix("Location: "))) > 20


@pytest.mark.requires("curl")
def test_the_signature_key_logs_nobody_in(post: Post) -> None:
    """The card's signature key signs hashes only, and OpenSC offers nothing else: no handshake succeeds."""
    done = post.curl(key=SIGNATURE)

    assert (35, True) == (done.code, "Mechanism invalid" in done.said), done.said


@pytest.mark.requires("curl")
def test_a_wrong_pin_never_reaches_the_provider(post: Post) -> None:
    """It costs a try on the card, no handshake succeeds, and the right PIN restores the tries."""
    seen = len(post.place.provider.journal.entries())
    wrong = post.curl(pin="0000")
    left = tries(post)
    entered = len(post.place.provider.journal.entries()) - seen
    right = post.curl()

    assert (False, True, 0) == (wrong.code == 0, left < 3, entered)
    assert ("HTTP/1.1 302" in right.said, tries(post)) == (True, 3)


def tries(post: Post) -> int:
    """Return how many wrong PINs the card still takes."""
    assert post.slot.card is not None
    return post.slot.card.memory.pins[PinRef.PIN].tries_left


def test_openssl_s_client_logs_in_with_the_card(post: Post) -> None:
    """TLS 1.2, the provider's chain verified, PKCS#1 with SHA-256, the way back in the answer."""
    request = f"GET {post.place.path()} HTTP/1.1\r\nHost: localhost:{post.place.port}\r\nConnection: close\r\n\r\n"
    key = f"pkcs11:id={AUTHENTICATION};type=private;pin-value=1234"
    der = post.service.run("pkcs15-tool", "--read-certificate", "e828bd080f8025000001ff001002").out
    (post.service.home / "card.pem").write_bytes(der)
    done = post.run(
        *("openssl", "s_client", "-connect", f"localhost:{post.place.port}", "-CAfile", "authority.pem"),
        *(
            "-engine",
            "pkcs11",
            "-keyform",
            "engine",
            "-key",
            key,
            "-cert",
            "card.pem",
            "-ign_eof",
            "-verify_return_error",
        ),
        stdin=request.encode(),
    )

    assert "Verify return code: 0 (ok)" in done.said, done.said
    assert "New, TLSv1.2" in done.said
    assert f"Location: {CALLBACK}?" in done.said
