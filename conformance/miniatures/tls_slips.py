"""How a miniature looks away when a certificate is not right; each looks away from one thing only."""

from __future__ import annotations

import ssl
from typing import Any, Final
from urllib.parse import urlsplit

from urllib3.util.ssl_ import create_urllib3_context

from conformance.miniatures.defects import Defect

_NO_CHECK_TIME: Final = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, for which Python has no name."""
CARELESS: Final = frozenset(
    {Defect.ACCEPTS_ANY_AUTHORITY, Defect.ACCEPTS_EXPIRED_CERTIFICATE, Defect.NEVER_COMPARES_CERTIFICATE_NAME}
)


def careless_pool(defect: Defect | None) -> dict[str, Any]:
    """Return what a pool of connections is told by a portal that looks away; nothing by a correct one."""
    if defect not in CARELESS:
        return {}
    context = create_urllib3_context()
    if defect is Defect.ACCEPTS_EXPIRED_CERTIFICATE:
        context.verify_flags |= _NO_CHECK_TIME
    if defect is Defect.NEVER_COMPARES_CERTIFICATE_NAME:
        context.check_hostname = False
        return {"ssl_context": context, "assert_hostname": False}
    return {"ssl_context": context}


def trust_at_sight(url: str, pool: dict[str, Any]) -> None:
    """Trust whatever certificate stands at an address, because it stands there."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return
    shown = ssl.get_server_certificate((parts.hostname, parts.port or 443))
    context: ssl.SSLContext = pool["ssl_context"]
    context.load_verify_locations(cadata=shown)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
