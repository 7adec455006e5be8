"""The provider's reading of revocation lists, against lists that the fictional hierarchy publishes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.ecps.card_proof import CardProofError, identify
from mock_idp.ecps.refusals import Code
from tests.card_login.office import HOLDER, IDNAT, NOW, certificate, every_list, igc, register
from virtual_card.certificate_shape import CertificateUse, Range, Validity
from virtual_card.keys import simulated_key
from virtual_card.revocation import LIST_LIFETIME, Reason, Register

PRODUCT_CATEGORY = "1.2.250.1.71.1.2.5"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def outcome(crls: tuple[bytes, ...] | None, kind: str = "good") -> str | Code:
    """Return whose card it is, or why it is refused."""
    try:
        found = identify(
            certificate(kind), anchors=igc().anchors, intermediates=igc().intermediates, now=NOW, crls=crls
        )  # fmt: skip
    except CardProofError as refused:
        return refused.code
    return found.idnat


def opposed(since: timedelta = HOUR, reason: Reason = Reason.LOST) -> Register:
    """Return the register with the good card in opposition."""
    return register().oppose(certificate(), since=NOW - since, reason=reason)


def test_a_card_on_no_list_is_let_in() -> None:
    """Also when nobody publishes lists."""
    assert IDNAT == outcome(every_list(register()))
    assert IDNAT == outcome(None)


def test_a_card_on_the_list_is_revoked() -> None:
    """From the list that holds it on; without lists, nobody can know."""
    assert Code.CARD_REVOKED is outcome(every_list(opposed()))
    assert IDNAT == outcome(None)


@pytest.mark.parametrize(
    "crls",
    [
        (),
        (b"nonsense", b""),
        (register().crl(Range.STANDARD, now=NOW - HOUR),),
        (register().crl(Range.FORT, now=NOW + HOUR),),
        (register().crl(Range.FORT, now=NOW - LIST_LIFETIME),),
        (Register(igc=igc("AUTRE")).crl(Range.FORT, now=NOW - HOUR),),
        (register().delta_crl(Range.FORT, base=NOW - DAY, now=NOW),),
    ],
    ids=["none", "nonsense", "other-range", "not-yet", "too-old", "stranger", "delta-only"],
)
def test_without_a_current_list_nothing_is_known(crls: tuple[bytes, ...]) -> None:
    """No list, or none that counts: of another authority, another time, a stranger's key, or a delta alone."""
    assert Code.CARD_REVOCATION_UNKNOWN is outcome(crls)


def test_the_newest_list_counts() -> None:
    """In whatever order they come."""
    old, new = (opposed().crl(Range.FORT, now=NOW - age) for age in (2 * HOUR, timedelta(minutes=30)))

    assert IDNAT == outcome((old,))
    assert [Code.CARD_REVOKED] * 2 == [outcome(lists) for lists in ((old, new), (new, old))]


def test_a_delta_adds_to_its_base() -> None:
    """A card opposed since the whole list is on the delta."""
    base = NOW - DAY
    whole = opposed().crl(Range.FORT, now=base)
    delta = opposed().delta_crl(Range.FORT, base=base, now=NOW)

    assert IDNAT == outcome((whole,))
    assert Code.CARD_REVOKED is outcome((whole, delta))


def test_a_delta_takes_a_lifted_hold_off() -> None:
    """Held when the whole list was made, let go since."""
    base = NOW - DAY
    held = opposed(2 * DAY, Reason.HELD).lift(certificate(), at=NOW - HOUR)
    whole, delta = held.crl(Range.FORT, now=base), held.delta_crl(Range.FORT, base=base, now=NOW)

    assert Code.CARD_REVOKED is outcome((whole,))
    assert IDNAT == outcome((whole, delta))


def test_a_delta_to_a_later_base_says_nothing() -> None:
    """What it leaves out may stand on a list that we do not have."""
    whole = register().crl(Range.FORT, now=NOW - DAY)
    delta = opposed().delta_crl(Range.FORT, base=NOW - 2 * HOUR, now=NOW)

    assert IDNAT == outcome((whole, delta))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", Code.CARD_EXPIRED),
        ("to-come", Code.CARD_NOT_YET_VALID),
        ("stranger", Code.CARD_UNTRUSTED),
        ("signature", Code.CARD_WRONG_CERTIFICATE),
        ("contactless", Code.CARD_WRONG_CERTIFICATE),
    ],
)
def test_bad_cards_are_refused_before_lists_are_read(kind: str, code: Code) -> None:
    """Dates, hierarchy, purpose: each has its own reason."""
    assert code is outcome((), kind)


def test_every_range_is_trusted() -> None:
    """A card certified by another range than its family's is still a card: which range certifies whom is inferred."""
    assert IDNAT == outcome(None, "range")


@given(der=st.binary(max_size=200))
def test_any_bytes_are_no_certificate(der: bytes) -> None:
    """Nonsense is unreadable, never an exception of another kind."""
    with pytest.raises(CardProofError) as refused:
        identify(der, anchors=igc().anchors, intermediates=igc().intermediates, now=NOW, crls=(der,))

    assert Code.CARD_UNREADABLE is refused.value.code


@pytest.mark.parametrize(("category", "expected"), [(b"\x04\x01\x00", Code.CARD_UNTRUSTED), (b"\x04\x01\x83", IDNAT)])
def test_a_real_cards_category_is_refused(
    monkeypatch: pytest.MonkeyPatch, category: bytes, expected: str | Code
) -> None:
    """A product that does not say TEST is nobody's here, even under a trusted authority."""
    monkeypatch.setattr("virtual_card.igc.private_extensions", lambda _subject: [(PRODUCT_CATEGORY, category)])
    key = simulated_key("tests").public_key()
    validity = Validity.running(NOW)
    der = igc().issue(HOLDER.subject, key, use=CertificateUse.AUTHENTICATION, validity=validity, level=Range.FORT)
    found: str | Code
    try:
        found = identify(der, anchors=igc().anchors, intermediates=igc().intermediates, now=NOW).idnat
    except CardProofError as refused:
        found = refused.code

    assert expected == found
