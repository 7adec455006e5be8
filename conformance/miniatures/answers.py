"""The provider's HTTP answers as a portal reads them, and what breaks a portal that takes them for granted."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason
from conformance.miniatures.rules import Whim

if TYPE_CHECKING:
    import requests

_OK: Final = 200
_SERVER_ERROR: Final = 500
_DEEP: Final = b"[[[["
_LONG: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An answer before anything is believed of it."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    @staticmethod
    def of(response: requests.Response) -> HttpAnswer:
        """Return the answer that a response is."""
        return HttpAnswer(
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            body=response.content,
        )

    @property
    def is_page(self) -> bool:
        """Tell whether the body is a page for people."""
        return self.body.lstrip().startswith(b"<")

    @property
    def is_token(self) -> bool:
        """Tell whether the answer says that it is a token (OIDC-CORE 5.3.2)."""
        return self.content_type.partition(";")[0].strip().lower() == "application/jwt"

    @property
    def is_cut(self) -> bool:
        """Tell whether the body begins like a JSON object and does not end like one."""
        return self.body.startswith(b"{") and not self.body.rstrip().endswith(b"}")

    @property
    def document(self) -> Any:
        """Return the body read as JSON.

        Raises:
            ValueError: it is none.
            RecursionError: it is too deep.
        """
        return json.loads(self.body)


def _fails_with(answer: HttpAnswer, status: int) -> bool:
    return answer.status == status


def _brings(answer: HttpAnswer, body: bytes) -> bool:
    return answer.status == _OK and answer.body.strip() == body


USERINFO_WHIMS: Final[tuple[Whim[HttpAnswer], ...]] = (
    Whim(Defect.CRASHES_ON_USERINFO_401, lambda it: _fails_with(it, 401)),
    Whim(Defect.CRASHES_ON_USERINFO_403, lambda it: _fails_with(it, 403)),
    Whim(Defect.CRASHES_ON_USERINFO_500, lambda it: it.status >= _SERVER_ERROR),
    Whim(Defect.CRASHES_ON_EMPTY_USERINFO, lambda it: _brings(it, b"")),
    Whim(Defect.CRASHES_ON_NULL_USERINFO, lambda it: _brings(it, b"null")),
    Whim(Defect.CRASHES_ON_USERINFO_LIST, lambda it: it.body.startswith(b"[{")),
    Whim(Defect.CRASHES_ON_DEEP_USERINFO, lambda it: it.body.startswith(_DEEP)),
    Whim(Defect.CRASHES_ON_PAGE_FROM_USERINFO, lambda it: it.status == _OK and it.is_page),
    Whim(Defect.CRASHES_ON_CUT_USERINFO, lambda it: it.status == _OK and it.is_cut),
    Whim(
        Defect.REFUSES_CHARSET_OF_USERINFO,
        lambda it: "charset=" in it.content_type.replace(" ", "") and "json" in it.content_type,
        Reason.PROVIDER_ANSWER,
    ),
    Whim(Defect.CRASHES_WITHOUT_CONTENT_TYPE, lambda it: it.status == _OK and it.content_type == ""),
    Whim(Defect.CRASHES_ON_SIGNED_USERINFO, lambda it: it.is_token),
    Whim(Defect.CRASHES_ON_LONG_USERINFO, lambda it: len(it.body) > _LONG),
    Whim(Defect.CRASHES_ON_USERINFO_AS_HTML, lambda it: it.content_type.startswith("text/html") and not it.is_page),
)

DISCOVERY_WHIMS: Final[tuple[Whim[HttpAnswer], ...]] = (
    Whim(Defect.CRASHES_ON_CUT_DISCOVERY, lambda it: it.status == _OK and it.is_cut),
    Whim(Defect.CRASHES_ON_BYTE_ORDER_MARK, lambda it: it.body.startswith(codecs.BOM_UTF8)),
)

KEY_SET_WHIMS: Final[tuple[Whim[HttpAnswer], ...]] = (
    Whim(Defect.CRASHES_ON_PAGE_FOR_KEYS, lambda it: it.status == _OK and it.is_page),
)
