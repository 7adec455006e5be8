"""Keys: what is published, what signs, and what must not leave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, RSAKey

from mock_idp.artefacts import Seam, SigningKey, TokenDraft
from mock_idp.keys import Rotation, RotationError, SigningKeys

if TYPE_CHECKING:
    from collections.abc import Callable

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def draft(keys: SigningKeys, key: SigningKey = SigningKey.CURRENT, seam: Seam = Seam.ID_TOKEN) -> TokenDraft:
    """Return a small token to sign."""
    return TokenDraft(seam=seam, header=(("alg", "RS256"), ("kid", keys.kid)), claims=(("sub", "é"),), key=key)


def published(keys: SigningKeys) -> list[dict[str, Any]]:
    """Return the keys of the document, as a portal reads them."""
    members: list[dict[str, Any]] = json.loads(json.dumps(keys.published))["keys"]
    return members


def test_no_private_member_is_published(keys: SigningKeys) -> None:
    """RFC 7518 6.3.2: not one private member, whoever else once published theirs."""
    assert [set()] == [PRIVATE_MEMBERS & set(key) for key in published(keys)]


def test_the_published_key_says_what_it_is_for(keys: SigningKeys) -> None:
    """RFC 7517 4: type, use, algorithm and a name that shows whose it is."""
    (key,) = published(keys)

    assert ("RSA", "sig", "RS256", keys.kid) == (key["kty"], key["use"], key["alg"], key["kid"])
    assert key["kid"].startswith("simulateur-")


def test_what_the_current_key_signs_verifies(keys: SigningKeys) -> None:
    """Another library reads the token with nothing but the published document."""
    signed = keys.sign(draft(keys))
    read = jws.deserialize_compact(signed.value, KeySet.import_key_set(keys.published), algorithms=["RS256"])  # type: ignore[arg-type]  # a JSON object in place of joserfc's TypedDict

    assert ({"sub": "é"}, {"alg": "RS256", "kid": keys.kid}) == (json.loads(read.payload), dict(read.headers()))


def test_what_the_stray_key_signs_does_not_verify(keys: SigningKeys) -> None:
    """The stray key is in no key set."""
    signed = keys.sign(draft(keys, SigningKey.STRAY))
    known = KeySet.import_key_set(keys.published)  # type: ignore[arg-type]  # a JSON object in place of joserfc's TypedDict

    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(signed.value, known, algorithms=["RS256"])


def test_no_key_leaves_an_empty_signature(keys: SigningKeys) -> None:
    """RFC 7518 3.6: three parts, the last one empty."""
    header, payload, signature = keys.sign(draft(keys, SigningKey.NONE)).value.split(".")

    assert "" == signature
    assert {"sub": "é"} == json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert header


def signature_of(keys: SigningKeys, key: SigningKey, secret: str = "") -> tuple[bytes, bytes]:
    """Return what a key makes of the small token, and the octets that it is over."""
    signed, _, signature = keys.sign(draft(keys, key), client_secret=secret).value.rpartition(".")
    return base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), signed.encode()


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        (SigningKey.CLIENT_SECRET, lambda _: b"secret du portail"),
        (SigningKey.EMPTY_SECRET, lambda _: b""),
        (SigningKey.PUBLIC_PEM, lambda key: key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
        (SigningKey.PUBLIC_PKCS1, lambda key: key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)),
        (SigningKey.PUBLIC_DER, lambda key: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
    ],
)
def test_the_lies_of_confusion_are_hmacs_that_anybody_could_make(
    keys: SigningKeys, key: SigningKey, secret: Callable[[Any], bytes]
) -> None:
    """Each is HMAC with SHA-256 over the token, keyed with octets that are no secret of the provider's."""
    public = RSAKey.import_key(published(keys)[0]).raw_value
    signature, signed = signature_of(keys, key, "secret du portail")

    assert hmac.new(secret(public), signed, hashlib.sha256).digest() == signature


def test_the_modulus_is_a_layout_too(keys: SigningKeys) -> None:
    """The member n of the published key, as it stands there."""
    signature, signed = signature_of(keys, SigningKey.PUBLIC_MODULUS)

    assert hmac.new(published(keys)[0]["n"].encode(), signed, hashlib.sha256).digest() == signature


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        (SigningKey.PUBLIC_PEM_BARE, b"-----BEGIN PUBLIC KEY-----\n", b"-----END PUBLIC KEY-----"),
        (SigningKey.PUBLIC_SSH, b"ssh-rsa ", b""),
        (SigningKey.PUBLIC_JWK, b'{"alg": "RS256"', b"}"),
    ],
)
def test_further_layouts_of_the_public_key(keys: SigningKeys, key: SigningKey, start: bytes, end: bytes) -> None:
    """Whoever has the key set can compute the same secret."""
    signature, signed = signature_of(keys, key)
    secret = keys._secret(key, "") or b""

    assert (start, end) == (secret[: len(start)], secret[len(secret) - len(end) :])
    assert hmac.new(secret, signed, hashlib.sha256).digest() == signature


def test_the_short_key_signs_too(keys: SigningKeys) -> None:
    """A correct signature, with a key that nobody should take."""
    signature, signed = signature_of(keys, SigningKey.WEAK)

    assert keys.weak.key_size == 1024
    keys.weak.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_the_right_key_with_another_algorithm(keys: SigningKeys) -> None:
    """A signature that holds, but under RS512."""
    signature, signed = signature_of(keys, SigningKey.CURRENT_RS512)
    public = RSAKey.import_key(published(keys)[0])

    assert jws.JWSRegistry.algorithms["RS512"].verify(signed, signature, public)


def test_the_stray_key_is_published_apart_and_without_its_private_half(keys: SigningKeys) -> None:
    """A lie may say where it stands; it shares no member with the honest key but its kind."""
    (stray,) = json.loads(json.dumps(keys.stray_published))["keys"]

    assert set() == PRIVATE_MEMBERS & set(stray)
    assert stray["n"] != published(keys)[0]["n"]
    assert keys.kid != stray["kid"]


@pytest.mark.parametrize(
    ("seam", "signed"),
    [(Seam.ID_TOKEN, Seam.SIGNED_ID_TOKEN), (Seam.TOKEN_RESPONSE, Seam.TOKEN_RESPONSE)],
)
def test_a_signed_token_passes_its_own_seam(keys: SigningKeys, seam: Seam, signed: Seam) -> None:
    """Only an ID token has a seam of its own after signing."""
    assert signed is keys.sign(draft(keys, seam=seam)).seam


def test_two_providers_have_two_keys(keys: SigningKeys) -> None:
    """Nothing ships with a key, so no two providers share one."""
    assert keys.kid != SigningKeys.generate().kid


def test_keys_do_not_show_themselves(keys: SigningKeys) -> None:
    """Neither half of the key pair stands in a repr."""
    assert "SigningKeys()" == repr(keys)


# -- rotation


def test_a_rotation_publishes_before_it_signs(keys: SigningKeys) -> None:
    """Two keys are published, the old one signs; then the new one does; then the old one is gone."""
    announced = keys.rotated(Rotation.PUBLISH)
    signing = announced.rotated(Rotation.SIGN)
    done = signing.rotated(Rotation.RETIRE)
    kids = [[key["kid"] for key in published(one)] for one in (announced, signing, done)]
    old, new = kids[0]

    assert (keys.kid, [[old, new], [new, old], [new]]) == (old, kids)
    assert [old, new, new] == [one.kid for one in (announced, signing, done)]
    assert [set()] * 5 == [PRIVATE_MEMBERS & set(key) for one in (announced, signing, done) for key in published(one)]


def test_every_former_key_stays_until_it_is_retired(keys: SigningKeys) -> None:
    """Two rotations in a row leave three keys published, the newest first."""
    for _ in range(2):
        keys = keys.rotated(Rotation.PUBLISH).rotated(Rotation.SIGN)

    assert 3 == len({key["kid"] for key in published(keys)})
    assert keys.kid == published(keys)[0]["kid"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([Rotation.SIGN], "step: no key is published to sign with; 'publish' comes first"),
        ([Rotation.RETIRE], "step: no former key is published; 'publish' and 'sign' come first"),
        ([Rotation.PUBLISH, Rotation.PUBLISH], "step: a key is published already; 'sign' comes next"),
        ([Rotation.PUBLISH, Rotation.RETIRE], "step: no former key is published; 'publish' and 'sign' come first"),
    ],
)
def test_a_step_out_of_turn_is_told(keys: SigningKeys, steps: list[Rotation], said: str) -> None:
    """Which one comes first."""
    *before, last = steps
    for step in before:
        keys = keys.rotated(step)

    with pytest.raises(RotationError, match=f"^{said}$"):
        keys.rotated(last)
