from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_card.talk import APPLICATION, hear
from virtual_card import pkcs15_view as view
from virtual_card.files import ElementaryFile
from virtual_card.pkcs15 import DirectoryTag, Fid
from virtual_card.profiles.cps3 import AID
from virtual_card.tlv import TlvError, parse_all

if TYPE_CHECKING:
    from virtual_card.card import Card

HERE = (0x3F00, 0x0001)


def content(card: Card, *path: int) -> bytes:
    """Return a file's content, without asking the card."""
    node = card.image.files.nodes[path]
    assert isinstance(node, ElementaryFile)
    return node.content


def test_the_directory_lists_its_files(card: Card) -> None:
    """Each kind of object has its directory file, and the file is there."""
    listed = view.directories(content(card, *HERE, Fid.OBJECT_DIRECTORY))

    assert set(DirectoryTag) == listed.keys()
    assert all((*HERE, *path) in card.image.files.nodes for paths in listed.values() for path in paths)


def test_applications_and_label(card: Card) -> None:
    """EF.DIR says which application lives where; the token's label carries the card number."""
    assert (view.ApplicationEntry(aid=AID, path=HERE),) == view.applications(content(card, 0x3F00, 0x2F00))
    assert "CPS3v3-9900000100" == view.token_label(content(card, *HERE, Fid.TOKEN_INFO))


def test_keys_and_certificates_belong_together(card: Card) -> None:
    """Identifiers join keys and certificates; labels and references are those of a test card's dump."""
    keys = view.private_keys(content(card, *HERE, Fid.PRIVATE_KEYS))
    certificates = view.certificates(content(card, *HERE, Fid.CERTIFICATES))

    assert [("CPS_PRIV_SIG", AID + b"\x01", 0x81), ("CPS_PRIV_AUT", AID + b"\x02", 0x82)] == [
        (one.label, one.identifier, one.ref) for one in keys
    ]
    assert [one.identifier for one in keys] == [one.identifier for one in certificates]


def test_pins(card: Card) -> None:
    """The holder's PIN is told from the PUK by what it does."""
    assert [(1, 4, 4, True), (2, 8, 8, False)] == [
        (one.ref, one.min_length, one.max_length, one.holders)
        for one in view.pins(content(card, *HERE, Fid.AUTHENTICATION_OBJECTS))
    ]


def test_public_keys_are_those_of_the_private_ones(card: Card) -> None:
    """The public key file is modulus and exponent of the key on the card."""
    (sequence,) = parse_all(hear(card, APPLICATION, "00A4020C 02 B002", "00B0000000") + hear(
        card, APPLICATION, "00A4020C 02 B002", "00B0010000"
    ))  # fmt: skip
    modulus, exponent = (int.from_bytes(one.value, "big") for one in sequence.children())
    numbers = card.image.keys[0x82].private.public.public_numbers()

    assert (numbers.n, numbers.e) == (modulus, exponent)


@given(raw=st.binary(max_size=80))
def test_any_directory_is_read_or_refused(raw: bytes) -> None:
    """What a card says may be anything; reading it raises nothing but `TlvError`."""
    readings = (view.applications, view.directories, view.token_label, view.certificates, view.private_keys, view.pins)
    for reading in readings:
        try:
            reading(raw)
        except TlvError:
            continue


@pytest.mark.parametrize("cut", [5, 40, 90])
def test_a_directory_cut_short_is_refused(card: Card, cut: int) -> None:
    """A list of certificates that ends too early is not half understood."""
    with pytest.raises(TlvError):
        view.certificates(content(card, *HERE, Fid.CERTIFICATES)[:cut])
