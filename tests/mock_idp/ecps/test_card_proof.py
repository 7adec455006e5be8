"""The card's proof: one good one, and everything that must not pass for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.ecps.card_proof import CardIdentity, CardProof, CardProofError, verify
from mock_idp.ecps.refusals import Code
from tests.mock_idp.ecps.cards import YEAR, authority, card, ec_key, persons, proof, root, sign
from tests.mock_idp.ecps.journeys import IDNAT, NOON, SECOND

if TYPE_CHECKING:
    from datetime import datetime

CHALLENGE = bytes(range(32))


def check(shown: CardProof, *, idnat: str = IDNAT, now: datetime = NOON, challenge: bytes = CHALLENGE) -> CardIdentity:
    """Verify a proof under the fictional root."""
    return verify(
        shown, challenge=challenge, idnat=idnat, anchors=(root().der,), intermediates=(persons().der,), now=now
    )


def reason(shown: CardProof, *, idnat: str = IDNAT, now: datetime = NOON, challenge: bytes = CHALLENGE) -> Code:
    """Return why a proof is refused."""
    with pytest.raises(CardProofError) as refused:
        check(shown, idnat=idnat, now=now, challenge=challenge)
    return refused.value.code


def test_a_good_proof_tells_whose_card_it_is() -> None:
    """The idnat is found in a name whose last RDN has three attributes."""
    identity = CardIdentity(idnat=IDNAT, family_name="ESSAI", given_name="CAMILLE", serial=99)

    assert identity == check(proof(CHALLENGE))


def test_a_slash_in_the_name_is_nothing_special() -> None:
    """Staff cards carry structure and internal number with a slash between."""
    staff = "30B0990032/DIR*01;A"

    assert staff == check(proof(CHALLENGE, card(staff)), idnat=staff).idnat


def test_a_card_may_bring_its_own_authorities() -> None:
    """The chain may come from the card when it leads to our root."""
    shown = proof(CHALLENGE, chain=(persons().der,))

    assert (
        IDNAT
        == verify(shown, challenge=CHALLENGE, idnat=IDNAT, anchors=(root().der,), intermediates=(), now=NOON).idnat
    )


def test_dates_bite_on_the_second() -> None:
    """Valid from the first to the last second, both included."""
    shown = proof(CHALLENGE, card(start=NOON, end=NOON + YEAR))

    assert IDNAT == check(shown, now=NOON).idnat == check(shown, now=NOON + YEAR).idnat
    assert Code.CARD_NOT_YET_VALID == reason(shown, now=NOON - SECOND)
    assert Code.CARD_EXPIRED == reason(shown, now=NOON + YEAR + SECOND)


@pytest.mark.parametrize(
    "certificate",
    [
        card(usage={"content_commitment": True}, extended=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)),
        card(usage={"digital_signature": True, "content_commitment": True}),
        card(usage={"key_encipherment": True}),
        card(usage=None),
        card(extended=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        card(key=ec_key()),
    ],
    ids=["signature", "both", "encipherment", "no-usage", "server", "elliptic-curve"],
)
def test_only_the_authentication_certificate_authenticates(certificate: bytes) -> None:
    """The signature certificate of the very same card is refused, whatever it signed."""
    assert Code.CARD_WRONG_CERTIFICATE == reason(proof(CHALLENGE, certificate))


def test_the_extended_usage_may_be_absent() -> None:
    """Some software certificates have none; then the key usage decides."""
    assert IDNAT == check(proof(CHALLENGE, card(extended=()))).idnat


def test_a_certificate_must_lead_to_our_root() -> None:
    """Another root, a look-alike of ours, an expired or foreign authority: none is trusted."""
    lookalike = authority("racine-bis")
    renamed = authority("personnes", lookalike)
    expired = authority("personnes", root(), until=NOON - SECOND)
    leaf_as_authority = authority("feuille", root(), ca=False)
    below = authority("sous-personnes", persons())

    assert Code.CARD_UNTRUSTED == reason(proof(CHALLENGE, card(issuer=lookalike), chain=(lookalike.der,)))
    assert Code.CARD_UNTRUSTED == reason(proof(CHALLENGE, card(issuer=leaf_as_authority), (leaf_as_authority.der,)))
    assert Code.CARD_UNTRUSTED == reason(proof(CHALLENGE, card(issuer=below), chain=(below.der,)))
    with pytest.raises(CardProofError, match="card-untrusted"):
        verify(
            proof(CHALLENGE), challenge=CHALLENGE, idnat=IDNAT, anchors=(root().der,), intermediates=(expired.der,),
            now=NOON,
        )  # fmt: skip
    with pytest.raises(CardProofError, match="card-untrusted"):
        verify(
            proof(CHALLENGE), challenge=CHALLENGE, idnat=IDNAT, anchors=(root().der,), intermediates=(renamed.der,),
            now=NOON,
        )  # fmt: skip
    with pytest.raises(CardProofError, match="card-untrusted"):
        verify(proof(CHALLENGE), challenge=CHALLENGE, idnat=IDNAT, anchors=(), intermediates=(persons().der,), now=NOON)


def test_a_signature_holds_for_its_own_challenge() -> None:
    """Yesterday's signature, an empty one, or one over nothing, proves nothing."""
    old = CardProof(certificate=card(), signature=sign(b"yesterday"))

    assert Code.CARD_SIGNATURE_WRONG == reason(old)
    assert Code.CARD_SIGNATURE_WRONG == reason(CardProof(certificate=card(), signature=b""))
    assert Code.CARD_SIGNATURE_WRONG == reason(proof(b""), challenge=b"")


def test_the_card_of_somebody_else_is_not_mine() -> None:
    """A perfect proof of another person is refused, and case matters."""
    assert Code.CARD_OF_ANOTHER_PERSON == reason(proof(CHALLENGE), idnat="899799000023")
    assert Code.CARD_OF_ANOTHER_PERSON == reason(proof(CHALLENGE, card("30b0/x")), idnat="30B0/x")


def test_two_common_names_are_no_name() -> None:
    """A certificate that says two idnats says none."""
    assert Code.CARD_UNREADABLE == reason(proof(CHALLENGE, card(IDNAT, "899799000023")))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_certificate_are_unreadable(octets: bytes) -> None:
    """Whatever comes in place of a certificate has a reason, not a stack trace."""
    assert Code.CARD_UNREADABLE == reason(CardProof(certificate=octets, signature=b""))
    assert Code.CARD_UNREADABLE == reason(CardProof(certificate=card(), signature=b"", chain=(octets,)))


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_bent_certificate_never_passes(place: int, bend: int) -> None:
    """Any one octet changed is refused with a reason."""
    octets = bytearray(GOOD)
    octets[place % len(octets)] ^= bend

    assert reason(CardProof(certificate=bytes(octets), signature=sign(CHALLENGE))).startswith("card-")


GOOD = card(start=NOON - timedelta(days=1))
