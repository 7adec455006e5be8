"""What Authlib says in few words, said with its cause and its remedy: a portal's maker reads it in the answer or a log.

What Pro Santé Connect's own descriptions say is not known; only the codes are OAuth's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authlib.oauth2.rfc6749 import OAuth2Error

_SAID: Mapping[tuple[str, str], str] = {
    ("invalid_grant", "Invalid 'code' in request."): (
        "code is unknown, was used already, is older than its lifetime, or was given to another client; begin a new "
        "login."
    ),
    ("invalid_grant", "Invalid 'redirect_uri' in request."): (
        "redirect_uri is not that of the authorization request, character for character; send the same."
    ),
    ("invalid_grant", "Code challenge failed."): (
        "code_verifier does not belong to the code_challenge of the authorization request (RFC 7636 4.6)."
    ),
    ("invalid_grant", ""): (
        "refresh_token is unknown, was used or taken back, is older than its lifetime, or its session is over; begin a "
        "new login."
    ),
    ("invalid_request", "Missing 'code_verifier'"): "code_verifier is missing, and the login had a code_challenge.",
    ("invalid_request", "Invalid 'code_verifier'"): (
        "code_verifier: send 43 to 128 letters, digits and - . _ ~ (RFC 7636 4.1)."
    ),
    ("invalid_request", "Invalid 'code_challenge'"): (
        "code_challenge: send 43 to 128 letters, digits and - . _ ~ (RFC 7636 4.2)."
    ),
    ("invalid_request", "Missing 'code_challenge'"): "code_challenge is missing beside code_challenge_method.",
    ("invalid_request", "Unsupported 'code_challenge_method'"): "code_challenge_method: send 'S256' or 'plain'.",
    ("invalid_scope", "The requested scope is invalid, unknown, or malformed."): (
        "scope holds more than was granted at the login."
    ),
}


def with_remedy(error: OAuth2Error) -> OAuth2Error:
    """Return the error, with our description in place of one of Authlib's short ones."""
    error.description = _SAID.get((error.error or "", error.description or ""), error.description)
    return error
