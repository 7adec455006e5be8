"""docs/pages.md lists every form and every field that the pages have, because scripts rely on their names."""

from __future__ import annotations

import re

from justhtml import Element, JustHTML

from tests.house.inventory import ROOT

PAGE = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z]+)` \| ((?:`[a-z_]+`(?:, )?)*) ?\|", flags=re.MULTILINE)
TEMPLATE_WORDS = re.compile(r"{%.*?%}|{{.*?}}", flags=re.DOTALL)
FEWEST_FORMS = 20


def in_the_pages() -> dict[str, set[str]]:
    """Return form -> fields, as the templates have them; the forms that the provider's protocol sends have no name."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "mock_idp" / "web" / "templates").glob("*.html"):
        dom = JustHTML(TEMPLATE_WORDS.sub("", path.read_text(encoding="utf-8")), sanitize=False)
        for form in (one for one in dom.query("form[name]") if isinstance(one, Element)):
            fields = found.setdefault(form.attrs["name"] or "", set())
            fields |= {
                one.attrs["name"] or ""
                for one in form.query("[name]")
                if isinstance(one, Element) and one.attrs.get("type") != "hidden"
            }
    return found


def test_every_form_and_field_is_documented() -> None:
    """The table is that of the templates."""
    documented = {form: set(re.findall(r"`([a-z_]+)`", fields)) for form, fields in ROW.findall(PAGE)}

    assert in_the_pages() == documented
    assert len(documented) >= FEWEST_FORMS


def test_every_picture_is_shown_and_described() -> None:
    """No picture is kept that the page does not show, and each has words for whoever cannot see it."""
    shown = re.findall(r"!\[([^\]]+)\]\(screens/([a-z-]+\.png)\)", PAGE)

    assert {path.name for path in (ROOT / "docs" / "screens").iterdir()} == {name for _, name in shown}
    assert len(shown) > FEWEST_FORMS
