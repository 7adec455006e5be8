"""No secret is written down: masks on made-up secrets, and every secret of a real run in every file that it left."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.masks import Masks
from mock_idp.journal import SECRETS, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.real_run import RealRun

SALT = b"a salt"
SECRET = "s3cret-0123456789"
TAG = re.compile(r"‹[\w-]+ [0-9a-f]{8}›")


@pytest.fixture
def masks() -> Masks:
    """Masks that have met nothing yet."""
    return Masks(SALT)


@pytest.mark.parametrize("name", sorted(SECRETS - {"cookie", "set-cookie"}))
def test_a_secret_parameter_is_masked_by_its_name(masks: Masks, name: str) -> None:
    """The tag is the journal's own, so that both sides can be compared."""
    assert ((name, tag_of(SALT, name, SECRET)),) == masks.pairs([(name, SECRET)])
    assert f"http://p.test/?{name}={tag_of(SALT, name, SECRET)}&a=b" == masks.url(f"http://p.test/?{name}={SECRET}&a=b")


@pytest.mark.parametrize("written", ["Code", "CODE", "code"])
def test_names_are_known_in_any_case(masks: Masks, written: str) -> None:
    """Headers come that way."""
    assert SECRET not in str(masks.pairs([(written, SECRET)]))


def test_what_is_no_secret_stays(masks: Masks) -> None:
    """Parameters, headers, order and repetition."""
    pairs = (("state", "abc"), ("nonce", "x"), ("state", "abc"), ("code", ""))

    assert pairs == masks.pairs(pairs)
    assert "http://p.test/a?state=abc&empty=#part" == masks.url("http://p.test/a?state=abc&empty=#part")


@pytest.mark.parametrize(
    "url",
    [
        f"http://p.test/?code={SECRET}",
        f"http://p.test/?a=b&code={SECRET}&code={SECRET}",
        f"http://p.test/#id_token={SECRET}&state=x",
        f"http://user:{SECRET}@p.test/",
        f"http://{SECRET}@p.test/?code={SECRET}",
        f"http://p.test/?CODE={SECRET}",
    ],
)
def test_addresses_lose_their_secrets(masks: Masks, url: str) -> None:
    """In the query, the fragment and the user information."""
    assert SECRET not in masks.url(url)
    assert "p.test" in masks.url(url)


@pytest.mark.parametrize("header", ["Location", "Referer"])
def test_addresses_in_headers_lose_them_too(masks: Masks, header: str) -> None:
    """Where a code travels."""
    value = f"http://p.test/cb?code={SECRET}&state=x"

    assert ((header, masks.url(value)),) == masks.pairs([(header, value)])
    assert SECRET not in masks.url(value)


def test_cookies_keep_their_names(masks: Masks) -> None:
    """And a cookie that is set keeps its attributes; the same value has the same tag in both directions."""
    tag = tag_of(SALT, "cookie", SECRET)
    sent = masks.pairs([("Cookie", f"a={SECRET}; b=; {SECRET}")])
    was_set = masks.pairs([("Set-Cookie", f"a={SECRET}; Path=/; HttpOnly; SameSite=Lax")])

    assert f"a={tag}; b=" in sent[0][1]
    assert (("Set-Cookie", f"a={tag}; Path=/; HttpOnly; SameSite=Lax"),) == was_set
    assert SECRET not in str(sent)


def test_a_text_loses_every_secret_met_before(masks: Masks) -> None:
    """The longer one first, so that none hides inside another; tokens by their shape."""
    masks.pairs([("code", SECRET), ("token", SECRET + SECRET), ("pin", "1234")])
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    text = masks.text(f"Erreur 1234 : {SECRET}{SECRET} {SECRET} {jwt} {jwt.rpartition('.')[0]}. fin")

    assert (
        f"Erreur 1234 : {tag_of(SALT, 'token', SECRET + SECRET)} {tag_of(SALT, 'code', SECRET)} ‹jwt› ‹jwt› fin" == text
    )


@given(
    st.sampled_from(sorted(SECRETS)),
    st.text(alphabet=st.characters(codec="ascii", categories=("L", "N")), min_size=8, max_size=40),
    st.text(max_size=20),
)
def test_whatever_the_secret_it_is_gone(name: str, secret: str, around: str) -> None:
    """From pairs, from addresses and from texts."""
    masks = Masks(SALT)
    shown = str(masks.pairs([(name, f"x={secret}" if "cookie" in name else secret)]))
    shown += masks.url(f"http://p.test/?{name}={secret}") if "cookie" not in name else ""
    shown = TAG.sub("", shown + masks.text(around.replace(secret, "") + secret))

    assert secret not in shown


@given(st.text(max_size=60))
def test_any_address_can_be_masked(text: str) -> None:
    """Whatever a portal sends the browser to."""
    assert isinstance(Masks(SALT).url(f"http://p.test/{text}"), str)
    assert isinstance(Masks(SALT).pairs([("Location", text), ("Cookie", text), ("Set-Cookie", text)]), tuple)


# -- a real run


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Return every file that a run left, those inside its bundle too, as text."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as bundle:
                yield from ((f"{path.name}/{name}", bundle.read(name).decode("utf-8")) for name in bundle.namelist())
        else:
            yield path.name, path.read_text(encoding="utf-8")


PARTING = re.compile(r"""[\s"'<>{}\[\],;&?]""")
RUN = re.compile(r"""[^\s"'<>{}\[\],;&?]+""")


def leaked(text: str, secrets: dict[str, str]) -> list[str]:
    """Return the kinds of the secrets that stand in a text.

    Most of a report is said again and again: what has no sign that parts words is looked for in the words it has, once.
    """
    words = "\n".join(set(RUN.findall(text)))
    return [kind for secret, kind in secrets.items() if secret in (text if PARTING.search(secret) else words)]


@pytest.mark.parametrize("written", ["x {} y", "{}", 'a="{}"', "http://p.test/?code={}&b", "{}{}", "x-{}-y\nx"])
@pytest.mark.parametrize("secret", [SECRET, "two words of it", "with;a&sign?"])
def test_a_secret_is_found_wherever_it_stands(written: str, secret: str) -> None:
    """The search itself bites."""
    assert ["code"] == leaked(written.replace("{}", secret), {secret: "code", "something else": "pin"})


@pytest.mark.integration
def test_the_run_used_secrets_of_every_kind(real_run: RealRun) -> None:
    """Otherwise the next test finds nothing because there is nothing."""
    kinds = set(real_run.secrets.values())
    wanted = {"code", "code_verifier", "access_token", "id_token", "client_secret", "Authorization"}
    wanted |= {"cookie", "password", "number", "scenario token", "device"}

    assert set() == wanted - kinds
    assert len(real_run.long) > 500


@pytest.mark.integration
def test_no_secret_of_a_real_run_is_in_any_file(real_run: RealRun) -> None:
    """Event log, page, JUnit, SARIF, HAR, Markdown, badge, bundle."""
    told = dict(texts(real_run.folder))
    bundled = {name for name in told if told.get(name.rpartition("/")[2]) == told[name] and "/" in name}
    read = {name: text for name, text in told.items() if name not in bundled}

    assert [] == [(name, kind) for name, text in read.items() for kind in leaked(text, real_run.long)]
    assert {"events.jsonl", "report.html", "junit.xml", "exchanges.har", "bundle.zip/report.html"} <= set(told)


def strings(value: Any) -> Iterator[str]:
    """Return every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.mark.integration
def test_short_secrets_stand_nowhere_by_themselves(real_run: RealRun) -> None:
    """A password of four digits may be part of a number; alone it may not stand."""
    short = set(real_run.secrets) - set(real_run.long)
    alone = {
        text
        for event in real_run.events
        if event["kind"] == "hop"
        for pair in event["request"]
        for text in strings(pair)
    }

    assert "2580" in short
    assert set() == short & alone


@pytest.mark.integration
def test_the_same_secret_has_the_same_tag_on_both_sides(real_run: RealRun) -> None:
    """The code that the browser brings is the code that the portal presents."""
    hops = [event for event in real_run.events if event["kind"] == "hop" and event["scenario"] == "sig.broken"]
    brought = {
        tag for one in hops if one["channel"] == "front" for tag in TAG.findall(one["url"]) if tag.startswith("‹code ")
    }
    presented = {value for one in hops if one["channel"] == "back" for name, value in one["request"] if name == "code"}

    assert brought == presented
    assert 3 == len(presented)


@pytest.mark.integration
def test_a_lie_about_a_secret_does_not_show_it(real_run: RealRun) -> None:
    """Both sides of it carry tags."""
    told = {
        (event["scenario"], side): lie[side]
        for event in real_run.events
        if event["kind"] == "verdict"
        for lie in event["told"]
        for side in ("honest", "told")
    }

    assert TAG.fullmatch(told["tok.response.noid", "honest"]["id_token"])
    assert TAG.fullmatch(told["tok.response.noaccess", "honest"]["access_token"])
    assert TAG.fullmatch(told["rsp.code.other", "honest"]["code"])
    assert TAG.fullmatch(told["rsp.code.other", "told"]["code"])


def test_a_page_of_json_is_searched_as_it_is_written() -> None:
    """The search itself finds a secret that is there."""
    assert ["a", "b"] == list(strings(json.loads('{"x": ["a", {"y": "b"}], "z": 3}')))
