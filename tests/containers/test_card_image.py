"""The image with pcscd, vpcd and the card: real programs in another container use the card."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from docker.errors import ContainerError

from conformance.containers.engine import read_file, streaming
from tests.house.inventory import ROOT
from virtual_card.keys import digest_info
from virtual_card.sha_resume import Hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient
    from docker.models.containers import Container

PCSC = "/run/pcscd"
AUTHENTICATION_CERTIFICATE = "e828bd080f8025000001ff001002"
MESSAGE = "SIMULATEUR : message à signer".encode()
OPEN = "00A40904043F000001"
WRONG_PIN, RIGHT_PIN = "002000010430303030", "002000010431323334"
CHOOSE_KEY = "002241A406800102840182"
ANSWER = re.compile(r"Received \(SW1=0x(..), SW2=0x(..)\)(.*?)(?=Sending|\Z)", re.DOTALL)
BYTES_OF_A_LINE = slice(0, 3 * 16)


class Desk:
    """A container without network and privileges, of a user whom the card's container does not know."""

    def __init__(self, engine: DockerClient, image: str, volume: str) -> None:
        """Share the socket of the service, and nothing else."""
        self._engine, self._image, self._volume = engine, image, volume

    def run(self, *command: str) -> str:
        """Run a program of OpenSC; return what it wrote."""
        said: bytes = self._engine.containers.run(
            self._image,
            list(command[1:]),
            entrypoint=command[0],
            user="12345",
            network_mode="none",
            cap_drop=["ALL"],
            volumes={self._volume: {"bind": PCSC, "mode": "rw"}},
            remove=True,
        )
        return said.decode()

    def send(self, *commands: str) -> list[tuple[str, bytes]]:
        """Send commands to the card as they are; return status and data of each answer."""
        said = self.run("opensc-tool", "--card-driver", "default", *(part for one in commands for part in ("-s", one)))
        return [
            (first + second, bytes.fromhex("".join(line[BYTES_OF_A_LINE] for line in dump.splitlines()[1:])))
            for first, second, dump in ANSWER.findall(said)
        ]


@pytest.fixture
def inserted(card_image: str, engine: DockerClient) -> Iterator[tuple[Container, Desk]]:
    """The card's container, which can write to its two volumes only; healthy, says the engine; and a desk beside it."""
    volume, home = engine.volumes.create(), engine.volumes.create()
    container = engine.containers.run(
        card_image,
        detach=True,
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        read_only=True,
        tmpfs={"/tmp": ""},  # noqa: S108  # in its container
        volumes={volume.name: {"bind": PCSC, "mode": "rw"}, home.name: {"bind": "/home/psc", "mode": "rw"}},
    )
    try:
        wanted = {"container": container.id, "event": ["health_status", "die"]}
        with streaming(engine.events(decode=True, filters=wanted)) as events:
            seen = next(events)["status"]

        assert seen == "health_status: healthy", container.logs().decode()

        yield container, Desk(engine, card_image, volume.name)
    finally:
        container.remove(force=True, v=True)
        volume.remove()
        home.remove()


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker")
def test_programs_elsewhere_see_the_card_and_sign_with_it(inserted: tuple[Container, Desk]) -> None:
    """Answer to reset, a certificate of the written hierarchy, a wrong and the right PIN, a signature that verifies.

    Commands go as they are: the login of Debian 13's OpenSC asks a CPS3 for an object that it has not (docs/card.md).
    """
    container, desk = inserted
    atr = desk.run("opensc-tool", "--atr").strip()
    pem = desk.run("pkcs15-tool", "--read-certificate", AUTHENTICATION_CERTIFICATE)
    certificate = x509.load_pem_x509_certificate(pem.encode())
    written = x509.load_pem_x509_certificates(read_file(container, "/home/psc/psc-card-hierarchy.pem"))
    (issuer,) = (one for one in written if one.subject == certificate.issuer)
    info = digest_info(Hash.SHA256, hashlib.sha256(MESSAGE).digest())
    sign = f"008800{len(info):04X}{info.hex()}00"
    refused, opened, chosen, signed = desk.send(OPEN, WRONG_PIN, RIGHT_PIN, CHOOSE_KEY, sign)[1:]
    key = certificate.public_key()

    assert "3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00" == atr
    assert "899799000015" == certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    certificate.verify_directly_issued_by(issuer)
    assert ["63C2", "9000", "9000", "9000"] == [status for status, _ in (refused, opened, chosen, signed)]
    assert isinstance(key, RSAPublicKey)
    key.verify(signed[1], MESSAGE, PKCS1v15(), SHA256())


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker")
def test_the_image_of_the_card_is_plain_and_opens_nothing(card_image: str, engine: DockerClient) -> None:
    """A plain user, no port, not even a suggested one; labels; the provider's command is in it; no card, no health."""
    about = engine.images.get(card_image).attrs["Config"]
    said = engine.containers.run(card_image, ["serve", "--help"], network_mode="none", remove=True).decode()

    assert ("10001:10001", None) == (about["User"], about.get("ExposedPorts"))
    assert "psc-conformance card (SIMULATEUR)" == about["Labels"]["org.opencontainers.image.title"]
    assert "--card-trust" in said

    program, *rest = about["Healthcheck"]["Test"][1:]
    with pytest.raises(ContainerError, match="No such file or directory"):
        engine.containers.run(card_image, rest, entrypoint=program, network_mode="none", remove=True)


def test_a_build_without_a_target_gives_the_small_image() -> None:
    """Packages of Debian come only where the card is asked for."""
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert ("psc", "") == stages[-1]
    assert ["dependencies", "build", "plain", "psc", "card", ""] == [name for _, name in stages]
