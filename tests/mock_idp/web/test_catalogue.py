"""The English catalogue holds every text that the pages have, and what is compiled is what was written."""

from __future__ import annotations

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tests.house.inventory import ROOT

CATALOGUE = ROOT / "mock_idp" / "web" / "translations" / "en" / "LC_MESSAGES"
KEYWORDS = {"mark": None, "gettext": None, "_": None}
FEWEST_TEXTS = 150

# Domain terms that stay as they are.
SAME_IN_BOTH = {"Identifiant national", "Message"}


def written() -> dict[str, str]:
    """Return French -> English as the translator wrote it."""
    with (CATALOGUE / "messages.po").open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale="en") if message.id}


def extracted() -> set[str]:
    """Return the texts of the code and of the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as source:
        methods, options = parse_mapping_cfg(source)  # type: ignore[no-untyped-call]  # Babel gives it no types
    found = extract_from_dir(
        str(ROOT), method_map=methods, options_map=options, keywords=KEYWORDS, directory_filter=_ours
    )
    return {str(text) for _, _, text, _, _ in found}


def _ours(folder: str) -> bool:
    return not folder.rpartition("/")[2].startswith((".", "_", "build"))


def test_every_text_is_in_the_catalogue_and_nothing_else_is() -> None:
    """After a change of a text, run the commands of babel.cfg."""
    assert extracted() == set(written())
    assert len(written()) > FEWEST_TEXTS


def test_every_text_is_translated() -> None:
    """No text is empty in English, or still French."""
    assert SAME_IN_BOTH == {french for french, english in written().items() if english in {"", french}}


def test_the_compiled_catalogue_is_current() -> None:
    """What is shipped is what was written."""
    with (CATALOGUE / "messages.mo").open("rb") as compiled:
        shipped = {str(message.id): str(message.string) for message in read_mo(compiled) if message.id}

    assert written() == shipped
