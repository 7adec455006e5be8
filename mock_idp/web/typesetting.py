"""French punctuation as it is printed: its spaces do not break, so no line begins with a colon or a question mark.

Texts are written with ordinary spaces, in the code and in the catalogue; pages are shown with these.
"""

from __future__ import annotations

import re

from flask_babel import gettext
from markupsafe import Markup, escape

from mock_idp.web.language import language

THIN = re.compile(" (?=[;?!])")
WIDE = re.compile("(?<=«) | (?=[»:])")


def typeset(text: str) -> str:
    """Return a French text with a narrow no-break space before ``; ? !``, a no-break space at ``:`` and guillemets."""
    return WIDE.sub("\N{NO-BREAK SPACE}", THIN.sub("\N{NARROW NO-BREAK SPACE}", text))


def whole(text: str) -> Markup:
    """Return a heading whose « e-CPS » stays on one line; what a script reads is the same."""
    return escape(text).replace("e-CPS", Markup('<span class="whole">e-CPS</span>'))


def shown(text: str, **facts: object) -> str:
    """Return a text of the catalogue in the language of this request, as a page shows it.

    Args:
        text: in French, the source.
        facts: what stands in its places.
    """
    told = str(gettext(text, **facts))
    return typeset(told) if language() == "fr" else told
