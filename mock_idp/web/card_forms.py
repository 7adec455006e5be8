"""What the card's forms bring: a PIN for the simulated reader, or a proof from a reader elsewhere."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from flask import request

from mock_idp.ecps.card_proof import CardProof, verify
from mock_idp.ecps.idnat import without_spaces
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web.card_reader import CardReaderError
from mock_idp.web.http import provider

if TYPE_CHECKING:
    from mock_idp.ecps.card_proof import CardIdentity


def delivery_pin() -> str:
    """Return the code confidentiel with which the reader's fictional cards are delivered, or nothing if it tells none.

    At PSC it comes by post; somebody who tries the simulator for the first time has no letter to look into.
    """
    return str(getattr(provider().card_reader, "delivery_pin", ""))


def reader_proof(idnat: str, challenge: bytes) -> CardProof:
    """Hand the typed code confidentiel to the simulated reader, and return the proof of the card that is in it.

    Raises:
        EcpsError: ``pin-wrong`` with the tries left, ``pin-blocked``, ``card-absent`` or ``card-unreadable``;
            ``unexpected-event`` when the simulator has no reader.
    """
    reader = provider().card_reader
    if reader is None:
        raise EcpsError(Code.UNEXPECTED_EVENT)
    typed = without_spaces(request.form.get("pin", ""))
    try:
        return reader.prove(idnat, typed, challenge)
    except CardReaderError as error:
        left = "?" if error.tries_left is None else error.tries_left
        raise EcpsError(Code(error.code), tries_left=left) from None


def typed_proof() -> CardProof:
    """Return the proof that a desk with its own reader brings: ``certificate`` and ``signature`` in base64.

    Raises:
        EcpsError: ``card-unreadable``, when one of them is not base64.
    """
    try:
        return CardProof(certificate=_octets("certificate"), signature=_octets("signature"))
    except binascii.Error:
        raise EcpsError(Code.CARD_UNREADABLE) from None


def whose(proof: CardProof, *, challenge: bytes, idnat: str | None) -> CardIdentity:
    """Return whose card signed the challenge, under the authorities that the simulator knows.

    Args:
        proof: what the reader brought.
        challenge: what the card had to sign.
        idnat: whose card it must be; None takes anybody's.

    Raises:
        CardProofError: see `mock_idp.ecps.card_proof.verify`.
    """
    return verify(
        proof,
        challenge=challenge,
        idnat=idnat,
        anchors=provider().card_anchors,
        intermediates=provider().card_intermediates,
        now=provider().clock.now(),
    )


def _octets(name: str) -> bytes:
    text = without_spaces(request.form.get(name, ""))
    return base64.b64decode(text.encode("ascii", "replace"), validate=True)
