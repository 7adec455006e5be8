"""The HTML reader: forms, links, images, alerts, and pages that no person would write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.form import FormError
from conformance.hop import Hop
from conformance.markup import read_html
from conformance.page import Page

HERE = "http://portal.test:8080/desk/step?x=1"

JOURNEY = """<!doctype html><html lang=fr><head><title> Application
 e-CPS </title></head><body>
<div role=alert data-error="code-wrong">Code <b>erroné</b>.</div>
<a href="/auth">PRO SANTÉ CONNECT</a> <a href="aide#1">Aide &amp; contact</a>
<img src="qr.png" alt="QR code"><img src="data:image/png;base64,AA==" alt="">
<form name=identify action="" method=POST>
  <input type=hidden name=csrf value="a&quot;b"><label>N° <input name=idnat value="old"></label>
  <input type=checkbox name=accept value=yes><input type=checkbox name=mail checked>
  <input type=radio name=way value=card checked><input type=radio name=way value=phone>
  <select name=lang><option value=fr>Français<option selected>en</select>
  <textarea name=note>
two
lines</textarea>
  <input name=gone value=x disabled><input type=file name=scan>
  <button name=do value=go>Valider</button><button name=do value=stop>Annuler</button><button type=button>Aide</button>
</form>
<form id=search action="/find?old=1"><input name=q></form>
<script>var x = "<a href='/no'>no</a>";</script><p id=who data-user="899700000013">Qui&nbsp;: <i>CAM</i>ILLE</p>
</body></html>"""


def page_of(html: str, content_type: str = "text/html; charset=utf-8") -> Page:
    """Return a page as the browser makes it of this answer."""
    headers = (("Content-Type", content_type),)
    hop = Hop(method="GET", url=HERE, status=200, response_headers=headers, body=html.encode())
    return Page(url=HERE, hops=(hop,))


def test_title_text_and_alert_are_read() -> None:
    """White space is collapsed, scripts are not text, the alert's stable code is found."""
    page = page_of(JOURNEY)

    assert "Application e-CPS" == page.title
    assert "code-wrong" == page.alert
    assert "Qui : CAMILLE" in page.text
    assert "Code erroné ." in page.text.replace("erroné.", "erroné .")
    assert "var x" not in page.text


def test_links_and_images_are_absolute() -> None:
    """Addresses are resolved; a data: image stays as it is; a link in a script is none."""
    page = page_of(JOURNEY)

    assert ["http://portal.test:8080/auth", "http://portal.test:8080/desk/aide#1"] == [one.href for one in page.links]
    assert "http://portal.test:8080/auth" == page.link("pro santé connect").href
    assert "http://portal.test:8080/desk/aide#1" == page.link("contact").href
    assert ["http://portal.test:8080/desk/qr.png", "data:image/png;base64,AA=="] == [one.src for one in page.images]
    assert ["QR code", ""] == [one.alt for one in page.images]


def test_base_moves_relative_addresses() -> None:
    """A base element is where relative addresses start."""
    page = page_of('<base href="/other/"><a href="x">x</a>')

    assert "http://portal.test:8080/other/x" == page.link("x").href


def test_elements_are_found_by_id_and_data() -> None:
    """An element is found by its id, a data attribute by its name."""
    page = page_of(JOURNEY)
    who = page.element("who")

    assert who is not None
    assert "Qui : CAMILLE" == who.text
    assert "899700000013" == page.data("user")
    assert page.element("nobody") is None
    assert page.data("nothing") is None


def test_a_form_sends_what_a_browser_would() -> None:
    """Hidden fields, ticked boxes, the chosen option and the default button, in the order of the page."""
    form = page_of(JOURNEY).form("identify")

    assert (
        ("csrf", 'a"b'),
        ("idnat", "old"),
        ("mail", "on"),
        ("way", "card"),
        ("lang", "en"),
        ("note", "two\nlines"),
        ("do", "go"),
    ) == form.pairs()
    assert "POST" == form.method
    assert HERE == form.action


def test_a_form_is_filled_in() -> None:
    """Text is typed, boxes are ticked and unticked, a radio button unpicks its group, another button is clicked."""
    form = page_of(JOURNEY).form("idnat").fill(idnat="1 2", accept=True, mail=False, way="phone", lang="fr")

    assert (
        ("csrf", 'a"b'),
        ("idnat", "1 2"),
        ("accept", "yes"),
        ("way", "phone"),
        ("lang", "fr"),
        ("note", "two\nlines"),
        ("do", "stop"),
    ) == form.pairs(click="Annuler")
    assert "1 2" == form.value("idnat")


def test_forms_are_found_by_name_id_or_field() -> None:
    """The first form is the default; a name, an id, a field or a button finds another."""
    page = page_of(JOURNEY)

    assert "identify" == page.form().name
    assert "search" == page.form("search").identifier
    assert "search" == page.form("q").identifier
    assert "identify" == page.form("do").name


def test_a_field_outside_its_form_belongs_to_it() -> None:
    """The form attribute ties a control to a form elsewhere on the page."""
    form = page_of("<form id=f><input name=a></form><input name=b value=2 form=f><input name=c value=3>").form()

    assert (("a", ""), ("b", "2")) == form.pairs()


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda page: page.form("pin"), "no form with 'pin'.*csrf, idnat"),
        (lambda page: page.link("Sortir"), "no link 'Sortir'.*PRO SANTÉ CONNECT"),
        (lambda page: page.form().fill(pin="1234"), "no field 'pin'.*idnat"),
        (lambda page: page.form().fill(gone="1"), "no field 'gone'"),
        (lambda page: page.form().fill(way="fax"), "no choice 'fax'; there are: card, phone"),
        (lambda page: page.form().fill(idnat=True), "'idnat' is no box"),
        (lambda page: page.form().pairs(click="Payer"), "no button 'Payer'.*Valider, Annuler"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(act: object, message: str) -> None:
    """An error says what was looked for and what the page has."""
    with pytest.raises(FormError, match=message):
        act(page_of(JOURNEY))  # type: ignore[operator]  # one of the lambdas above


def test_secrets_stay_out_of_reprs() -> None:
    """A page, a hop and a form show neither field values nor queries."""
    page = page_of('<form action="?token=hush"><input name=pin value=1234></form>')
    hop = Hop(method="POST", url=HERE + "&code=hush", status=200, request_form=(("pin", "1234"),))

    shown = repr((page, hop, page.form(), page.form().fill(pin="4321")))

    assert not [secret for secret in ("hush", "1234", "4321", "x=1") if secret in shown]
    assert "http://portal.test:8080/desk/step" in repr(hop)


def test_json_is_no_document() -> None:
    """An answer that is not HTML has no forms; its text is its body, and it can be read as JSON."""
    page = page_of('{"identifier": "<a href=x>"}', "application/json")

    assert () == page.links
    assert {"identifier": "<a href=x>"} == page.json()
    assert '{"identifier": "<a href=x>"}' == page.text


def test_an_unknown_charset_is_read_as_utf_8() -> None:
    """A charset that nobody knows, or bytes that do not fit, never raise."""
    body = "<p>é</p>".encode() + b"\xff"
    hop = Hop(
        method="GET", url=HERE, status=200, response_headers=(("content-type", "text/html; charset=x"),), body=body
    )

    assert "é �" == Page(url=HERE, hops=(hop,)).text


def test_a_page_of_nothing_is_empty() -> None:
    """A page without any answer has neither status nor content."""
    page = Page(url=HERE, stopped_at=HERE)

    assert (0, b"", "", "", None) == (page.status, page.body, page.title, page.text, page.header("x"))


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    """Fifty thousand open elements are read like any others."""
    tree = read_html("<div>" * 50_000 + "bottom")

    assert "bottom" == tree.text
    assert 50_001 == sum(1 for _ in tree.walk())


@given(st.text(alphabet=st.sampled_from(list("<>/=\"'! -abfipx&;#")), max_size=80))
def test_any_text_is_a_page(text: str) -> None:
    """Whatever arrives, reading it raises nothing."""
    page = page_of(f"{text}<a href='//[{text}'>x</a><form action='//{text}]'><input name=last value=1></form>")

    assert isinstance(page.text, str)
    assert len(page.links) <= text.count("<") + 1
    assert all(form.pairs() is not None for form in page.forms)
