"""``portal.toml``: what is read, and every mistake told by file, key and remedy."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from difflib import get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.descriptor import (
    CibaForm,
    Descriptor,
    DescriptorError,
    Exempt,
    Lookup,
    Mtls,
    PortalClock,
    read_descriptor,
    read_file,
)
from conformance.miniatures.server import portal_toml
from conformance.toml_reader import NEAR, Table
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LEAST = """
[portal]
name = "portail"
base_url = "http://127.0.0.1:8081"
login = "/login"
"""
KNOWN = '{ id = "x", reason = "y", until = 2027-01-31 }'
PROBE = """
[whoami]
url = "/me"
identity = { json = "/id" }
"""


def test_three_keys_are_enough() -> None:
    """The rest has a default; without a who-am-I page the mode is degraded."""
    expected = Descriptor(
        name="portail",
        base_url="http://127.0.0.1:8081",
        login="http://127.0.0.1:8081/login",
        callback="http://127.0.0.1:8081/callback",
        allow_hosts=("127.0.0.1:8081",),
    )

    assert expected == read_descriptor(LEAST)


def test_the_example_of_the_documentation_is_read() -> None:
    """As it stands there."""
    page = (ROOT / "docs" / "portal.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    described = read_descriptor(example)

    assert "my-portal" == described.name
    assert described.launch is not None
    until = date(2027, 6, 30)

    assert (Exempt(pattern="req.pkce", reason="library without PKCE", issue="#42", until=until),) == described.known


@pytest.mark.parametrize("written", ["2027-01-31", '"2027-01-31"'])
def test_a_day_is_a_date_or_a_text(written: str) -> None:
    """Both mean the same."""
    described = read_descriptor(LEAST + f'[expect]\nknown = [{{ id = "x", reason = "y", until = {written} }}]\n')

    assert [date(2027, 1, 31)] == [one.until for one in described.known]


def test_the_description_of_a_miniature_is_read() -> None:
    """With its probe and its logout."""
    described = read_descriptor(portal_toml("http://127.0.0.1:9"))

    assert described.probe is not None
    assert Lookup(how="json", where="/identifier") == described.probe.identity
    assert ("http://127.0.0.1:9/logout", "POST") == (described.logout, described.logout_method)
    assert ("http://127.0.0.1:9/backchannel-logout", "http://127.0.0.1:9/frontchannel-logout") == (
        described.backchannel_logout,
        described.frontchannel_logout,
    )


def test_a_login_by_ciba_has_its_page_and_its_form() -> None:
    """With defaults for all but the address."""
    described = read_descriptor(LEAST + '[ciba]\nurl = "/ciba"\nwait = "/attente"')
    base = "http://127.0.0.1:8081"

    assert CibaForm(url=f"{base}/ciba", form="", field="identifiant", wait=f"{base}/attente") == described.ciba
    with pytest.raises(DescriptorError, match=r'ciba: missing; with "ciba" among the flows, write a table \[ciba\]'):
        read_descriptor(LEAST + 'flows = ["code", "ciba"]')


def test_a_portal_says_how_it_shows_its_certificate() -> None:
    """With what its login address needs more, and the thumbprint for the registration."""
    described = read_descriptor(LEAST + f'[mtls]\nparameters = {{ a = "b" }}\ncertificate_sha256 = "{"0a" * 32}"')

    assert Mtls(parameters=(("a", "b"),), certificate_sha256="0a" * 32) == described.mtls
    with pytest.raises(DescriptorError, match=r"\[mtls\] certificate_sha256: write 64 hexadecimal digits"):
        read_descriptor(LEAST + '[mtls]\ncertificate_sha256 = "xyz"')


def test_logout_tokens_may_go_to_another_host() -> None:
    """Its host is in the file, and that is what makes it allowed."""
    described = read_descriptor(LEAST + 'backchannel_logout = "https://api.portail.test/logout"')

    assert "https://api.portail.test/logout" == described.backchannel_logout
    assert ("127.0.0.1:8081", "api.portail.test:443") == described.allow_hosts


def test_a_who_am_i_page_elsewhere_may_be_fetched() -> None:
    """Its host is in the file, and that is what makes it allowed."""
    described = read_descriptor(LEAST + PROBE.replace("/me", "https://api.portail.test/me"))

    assert ("127.0.0.1:8081", "api.portail.test:443") == described.allow_hosts


def test_hosts_are_written_with_or_without_a_port() -> None:
    """The port is that of the portal's own scheme."""
    more = 'allow_hosts = ["cdn.test", "api.test:8443", "127.0.0.1:8081"]\n'

    assert ("127.0.0.1:8081", "cdn.test:80", "api.test:8443") == read_descriptor(LEAST + more).allow_hosts


def test_how_a_portals_clock_is_set() -> None:
    """At an address, or in a file that libfaketime reads."""
    asked = read_descriptor(LEAST + '[clock]\npost = "/clock"\nfield = "ahead"\n').clock
    written = read_descriptor(LEAST + '[clock]\nfaketime = "/run/portal/faketime"\n').clock

    assert PortalClock(post="http://127.0.0.1:8081/clock", field="ahead") == asked
    assert PortalClock(faketime="/run/portal/faketime") == written
    assert read_descriptor(LEAST).clock is None


def test_how_a_portal_forgets_refreshes_and_trusts() -> None:
    """Each in a table of its own, and nothing of it is supposed."""
    more = '[reset]\npost = "/forget"\n[refresh]\nurl = "https://api.test/x"\n[provider]\nauthority_trusted = true\n'
    bare, full = read_descriptor(LEAST), read_descriptor(LEAST + more)

    assert ("", "", False) == (bare.reset_url, bare.refresh, bare.provider.authority_trusted)
    assert "http://127.0.0.1:8081/forget" == full.reset_url
    assert ("https://api.test/x", "POST") == (full.refresh, full.refresh_method)
    assert full.provider.authority_trusted
    assert "api.test:443" in full.allow_hosts


@pytest.mark.parametrize("sign", ["401", "403", "404", "400", "redirect", "redirect-to-provider", "no-identity"])
def test_signs_of_nobody_being_there(sign: str) -> None:
    """Any refusal, a redirect, or a page that names nobody."""
    probe = read_descriptor(LEAST + PROBE + f'anonymous = ["{sign}"]\n').probe

    assert probe is not None
    assert (sign,) == probe.anonymous


MISTAKES = [
    ("x = ", "portal.toml: this is no TOML: "),
    ("x = " + "[" * 100_000, "portal.toml: this is no TOML: maximum recursion depth"),
    ("schema = 2\n" + LEAST, "portal.toml schema: this version reads schema 1"),
    ('schema = "1"\n' + LEAST, "portal.toml schema: write a number, not a text"),
    ("portal = 3\n", "portal.toml: [portal]: write a table, not a number"),
    ("", "portal.toml: [portal] base_url: missing; write a text between quotes"),
    (LEAST.replace('name = "portail"', ""), "portal.toml: [portal] name: missing; write a text between quotes"),
    (LEAST.replace('"portail"', "true"), "portal.toml: [portal] name: write a text between quotes, not true or false"),
    (LEAST.replace('"portail"', '""'), "portal.toml: [portal] name: empty; write a text"),
    (LEAST.replace("login =", "#"), "portal.toml: [portal] login: missing"),
    (LEAST.replace("http://127.0.0.1:8081", "portail.test"), "[portal] base_url: 'portail.test' is no address; write a full address such as https://portail.test"),  # noqa: E501
    (LEAST.replace("http:", "ftp:"), "[portal] base_url: 'ftp://127.0.0.1:8081' is no address"),
    (LEAST.replace("127.0.0.1:8081", "[::1"), "[portal] base_url: 'http://[::1' is no address"),
    (LEAST.replace("/login", "http://[x"), "[portal] login: 'http://[x' is no address; write a path such as /login"),
    (LEAST + 'callback = "javascript:x"\n', "[portal] callback: 'javascript:x' is no address"),
    (LEAST + 'logout = "//a\\\\b"\n', "[portal] logout: '//a\\\\b' is no address"),
    (LEAST + 'logout_method = "PUT"\n', "[portal] logout_method: 'PUT' is not understood; write one of GET, POST"),
    (LEAST + 'after_logout = ["http://[x"]\n', "[portal] after_logout: 'http://[x' is no address"),
    (LEAST + "after_logout = 3\n", '[portal] after_logout: write a list of texts, such as ["a", "b"]'),
    (LEAST + "allow_hosts = [3]\n", "[portal] allow_hosts: write a list of texts"),
    (LEAST + 'allow_hosts = ["a b"]\n', "[portal] allow_hosts: 'a b' is no host; write host or host:port"),
    (LEAST + 'allow_hosts = ["a:99999"]\n', "[portal] allow_hosts: 'a:99999' is no host"),
    (LEAST + 'flows = ["implicit"]\n', '[portal] flows: "code" is missing; it is the flow that this suite drives'),
    (LEAST + "[provider]\nauthority_trusted = 1\n", "[provider] authority_trusted: write true or false, not a number"),
    (LEAST + '[reset]\nget = "/x"\n', "[reset] get: unknown key; known are post"),
    (LEAST + '[clock]\nfield = "s"\n', '[clock]: write post = "/address" or faketime = "/path/to/file"'),
    (LEAST + '[clock]\npost = "/c"\nfaketime = "f"\n', "exactly one of them"),
    (LEAST + '[clock]\nfaketime = "f"\n', "[clock] faketime: 'f' depends on the folder one is in; write a full path"),
    (LEAST + '[clock]\npost = "/c"\nspeed = 2\n', "[clock] speed: unknown key; known are"),
    (LEAST + '[refresh]\nmethod = "PUT"\n', "[refresh] method: 'PUT' is not understood; write one of GET, POST"),
    (LEAST + 'nmae = "x"\n', "[portal] nmae: unknown key; known are base_url, name"),
    (LEAST + "[portals]\n", "portal.toml portals: unknown key; did you mean portal?"),
    (LEAST + "[whoami]\n", '[whoami] identity: missing; write for instance { json = "/identifier" }'),
    (LEAST + PROBE.replace('url = "/me"', ""), "[whoami] url: missing"),
    (LEAST + PROBE + "page = 1\n", "[whoami] page: unknown key; known are anonymous, identity, url"),
    (LEAST + PROBE + 'anonymous = ["maybe"]\n', "[whoami] anonymous: 'maybe' is not understood; known are 401, 403, "),
    (LEAST + PROBE + 'anonymous = ["500"]\n', "[whoami] anonymous: '500' is not understood"),
    (LEAST + PROBE.replace("json", "xpath"), "[whoami] identity: write exactly one of json, css, regex, header"),
    (LEAST + PROBE.replace('{ json = "/id" }', '"/id"'), "[whoami] identity: write a table, not a text"),
    (LEAST + PROBE.replace('json = "/id"', 'json = "/id", css = "#id"'), "[whoami] identity: write exactly one of"),
    (LEAST + PROBE.replace('json = "/id"', 'json = "/id", and = 1'), "[whoami] identity and: unknown key"),
    (LEAST + PROBE.replace('"/id"', '"id"'), "[whoami] identity json: 'id' is no JSON pointer; write for instance /user/id"),  # noqa: E501
    (LEAST + PROBE.replace('json = "/id"', 'css = ".id"'), "[whoami] identity css: '.id': only #id is understood"),
    (LEAST + PROBE.replace('json = "/id"', 'regex = "("'), "[whoami] identity regex: this pattern cannot be read: missing ), unterminated"),  # noqa: E501
    (LEAST + PROBE.replace('json = "/id"', 'regex = "id"'), "[whoami] identity regex: put exactly one group ( )"),
    (LEAST + PROBE.replace('json = "/id"', 'regex = "(a)(b)"'), "[whoami] identity regex: put exactly one group"),
    (LEAST + PROBE.replace('json = "/id"', 'regex = "(a{99999999999999999999})"'), "[whoami] identity regex: this pattern cannot be read: the rep"),  # noqa: E501
    (LEAST + PROBE + "claims = 3\n", "[whoami] claims: write a table, not a number"),
    (LEAST + '[limits]\nlogin_seconds = "10"\n', "[limits] login_seconds: write a number, not a text"),
    (LEAST + "[limits]\nlogin_seconds = true\n", "[limits] login_seconds: write a number, not true or false"),
    (LEAST + "[limits]\nlogin_seconds = 0\n", "[limits] login_seconds: 0 is too small; write 0.1 or more"),
    (LEAST + "[limits]\nlogin_seconds = nan\n", "[limits] login_seconds: write a number from 0.1 to 1e+09"),
    (LEAST + "[limits]\nlogin_seconds = inf\n", "[limits] login_seconds: write a number from 0.1 to 1e+09"),
    (LEAST + f"[limits]\nlogin_seconds = 1{'0' * 400}\n", "[limits] login_seconds: write a number from 0.1 to 1e+09"),
    (LEAST + "[limits]\nlogin_secs = 1\n", "[limits] login_secs: unknown key; did you mean login_seconds?"),
    (LEAST + '[provider]\nurl = "localhost"\n', "[provider] url: 'localhost' is no address; write for instance http://"),
    (LEAST + '[provider]\nurl = "ftp://localhost:21"\n', "[provider] url: 'ftp://localhost:21' is no address"),
    (LEAST + "[provider]\nport = 70000\n", "[provider] port: 70000 is no port; write 1 to 65535, or 0"),
    (LEAST + "[provider]\nport = 80.5\n", "[provider] port: 80.5 is no port"),
    (LEAST + "[provider]\nport = -1\n", "[provider] port: -1 is too small"),
    (LEAST + "[provider]\nport = nan\n", "[provider] port: write a number from 0 to 1e+09"),
    (LEAST + '[provider]\nsecret = "x"\n', "[provider] secret: unknown key; known are url, port, client_id"),
    (LEAST + "[launch]\n", "[launch] command: missing; write program and arguments"),
    (LEAST + '[launch]\ncommand = ["x"]\nport = 70000\n', "[launch] port: 70000 is no port"),
    (LEAST + '[launch]\ncommand = ["x"]\nreset = "reboot"\n', "[launch] reset: 'reboot' is not understood"),
    (LEAST + '[launch]\ncommand = ["x"]\nreset = { post = "http://[x" }\n', "[launch] reset post: 'http://[x' is no"),
    (LEAST + "[profile]\nname = 1\n", "[profile] name: write a text between quotes, not a number"),
    (LEAST + "[expect]\nskip = 1\n", "[expect] skip: write a list of tables, not a number"),
    (LEAST + '[expect]\nskip = ["x"]\n', "[expect] skip 1: write a table, not a text"),
    (LEAST + '[expect]\nskip = [{ id = "x" }]\n', "[expect] skip 1 reason: missing"),
    (LEAST + f"[expect]\nknown = [{KNOWN}, {{ reason = 'y' }}]\n", "[expect] known 2 id: missing"),
    (LEAST + '[expect]\nknown = [{ id = "x", reason = "y" }]\n', "[expect] known 1 until: write a day such as 2027"),
    (LEAST + '[expect]\nknown = [{ id = "x", reason = "y", until = "soon" }]\n', "[expect] known 1 until: write a day"),
    (LEAST + f"[expect]\nknown = [{KNOWN.replace('-31', '-31T10:00:00')}]\n", "[expect] known 1 until: write a day"),
    (LEAST + '[expect]\nskip = [{ id = "x", reason = "y", why = 1 }]\n', "[expect] skip 1 why: unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said_so"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_by_file_key_and_remedy(text: str, said_so: str) -> None:
    """And no other exception than ours is raised."""
    with pytest.raises(DescriptorError, match=re.escape(said_so)) as caught:
        read_descriptor(text)

    assert str(caught.value).startswith("portal.toml")
    assert "\n" not in str(caught.value)
    both = zip(caught.value.fr, caught.value.en, strict=False)
    same = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], both))
    assert (True, True) == (caught.value.fr.startswith(f"{same} : "), caught.value.en.startswith(f"{same}: "))


MISSPELT = [
    (LEAST.replace("base_url", "base_urll"), "portal.toml: [portal] base_urll", "base_url"),
    (LEAST.replace("login", "logn"), "portal.toml: [portal] logn", "login"),
    (LEAST.replace("[portal]", "[portla]"), "portal.toml portla", "portal"),
    (LEAST + PROBE.replace("url", "urll"), "portal.toml: [whoami] urll", "url"),
    (LEAST + PROBE.replace("whoami", "whoam"), "portal.toml whoam", "whoami"),
    (LEAST + "[whoami]\nidentityy = 1\n", "portal.toml: [whoami] identityy", "identity"),
    (LEAST + '[launch]\ncomand = ["x"]\n', "portal.toml: [launch] comand", "command"),
    (LEAST + '[expect]\nskip = [{ id = "x", raison = "y" }]\n', "portal.toml: [expect] skip 1 raison", "reason"),
]


@pytest.mark.parametrize(("text", "place", "meant"), MISSPELT, ids=[place for _, place, _ in MISSPELT])
def test_a_misspelt_key_is_named_rather_than_the_one_that_is_missing(text: str, place: str, meant: str) -> None:
    """In both languages: what is looked for stands in the file, a letter away."""
    with pytest.raises(DescriptorError) as caught:
        read_descriptor(text)

    assert f"{place} : clé inconnue ; vouliez-vous écrire {meant} ?" == caught.value.said("fr")
    assert f"{place}: unknown key; did you mean {meant}?" == caught.value.said("en")


def test_no_two_keys_of_a_table_are_taken_for_each_other() -> None:
    """Or a key that is right would be called misspelt, because another one is missing."""
    page = (ROOT / "docs" / "portal.md").read_text(encoding="utf-8")
    tables = tomllib.loads(re.sub("(?m)^# (?=login_form|url)", "", page.partition("```toml\n")[2].partition("```")[0]))
    known = [list(tables), *(list(table) for table in tables.values() if isinstance(table, dict))]
    alike = {(one, near) for keys in known for one in keys for near in get_close_matches(one, keys, 2, NEAR)[1:]}

    assert len(known) > 5
    assert not alike


def test_the_files_name_stands_in_its_mistakes(tmp_path: Path) -> None:
    """Whatever it is called."""
    (tmp_path / "chez-nous.toml").write_text("x = 1\n" + LEAST, encoding="utf-8")

    with pytest.raises(DescriptorError, match=r"^chez-nous\.toml x: unknown key"):
        read_file(tmp_path / "chez-nous.toml")


@pytest.mark.parametrize(
    ("name", "said_so"),
    [
        ("nowhere.toml", "there is no such file; write one, or correct the path"),
        ("folder", r"cannot be read \(IsADirectoryError\)"),
        ("binary.toml", r"cannot be read \(UnicodeDecodeError\); it must be a UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, said_so: str) -> None:
    """With its path."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DescriptorError, match=f"{name}: {said_so}"):
        read_file(tmp_path / name)


# -- whatever is written

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["/login", "http://[::1", "http://a b", "//x", "https://h:0x", "(a)", "(", "#id", "/a/b", "é", "{port}"]
    ),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.just([])),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["json", "css", "regex", "header", "post", "id", "reason"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)
KEYS = {
    "portal": ["name", "base_url", "login", "login_form", "callback", "logout", "logout_method", "after_logout", "flows", "allow_hosts"],  # noqa: E501
    "whoami": ["url", "anonymous", "identity", "claims", "identity_claim"],
    "limits": ["login_seconds", "jwks_cooldown_seconds"],
    "provider": ["url", "port", "client_id", "client_secret_env", "authority_trusted"],
    "reset": ["post"],
    "refresh": ["url", "method"],
    "clock": ["post", "field", "faketime"],
    "launch": ["command", "env", "folder", "port", "ready", "ready_seconds", "reset"],
    "profile": ["name"],
    "expect": ["skip", "known"],
}  # fmt: skip


def in_toml(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {in_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(sign):08x}" if not 0xD800 <= ord(sign) < 0xE000 else "?" for sign in value) + '"'
    return str(value)


@st.composite
def descriptors(draw: st.DrawFn) -> str:
    """Return a descriptor with anything in a few places."""
    whole: dict[str, dict[str, Any]] = {
        "portal": {"name": "p", "base_url": "http://127.0.0.1:1", "login": "/l"},
        "whoami": {"url": "/me", "identity": {"json": "/id"}},
        "launch": {"command": ["x"]},
    }
    for _ in range(draw(st.integers(1, 3))):
        table = draw(st.sampled_from(sorted(KEYS)))
        whole.setdefault(table, {})[draw(st.sampled_from(KEYS[table]))] = draw(VALUES)
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {in_toml(value)}\n" for key, value in members.items())
        for name, members in whole.items()
    )


@settings(max_examples=300)
@given(descriptors())
def test_any_descriptor_is_read_or_refused(text: str) -> None:
    """Nothing else comes out, and a refusal names the file first."""
    try:
        told = f"portal.toml {read_descriptor(text).name}"
    except DescriptorError as error:
        told = str(error)

    assert told.startswith("portal.toml")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Also one that is no TOML at all."""
    with pytest.raises(DescriptorError, match=r"^portal\.toml"):
        read_descriptor(text)


@settings(max_examples=300)
@given(descriptors())
def test_what_was_read_is_usable(text: str) -> None:
    """Every address is one, every host has a port, every number is ordinary."""
    try:
        described = read_descriptor(text)
    except DescriptorError:
        return
    addresses = [described.base_url, described.login, described.callback, *described.after_logout]

    assert [] == [one for one in addresses if not re.match(r"https?://[^/\s]+", one)]
    assert [] == [one for one in described.allow_hosts if not re.fullmatch(r"\S+:\d+", one)]
    assert 0.1 <= described.login_seconds < float("inf")
    assert 0 <= described.provider.port <= 65_535


# -- the reader itself


def test_a_table_knows_what_it_was_asked() -> None:
    """What nobody asked for is unknown; what was asked for and is not there is fine."""
    table = Table({"a": 1, "b": 2}, "file: [x]")
    table.number("a", 0)

    with pytest.raises(DescriptorError, match=re.escape("file: [x] b: unknown key; known are a")):
        table.finish()


@pytest.mark.parametrize(
    ("value", "kind"),
    [("x", "a text"), (1, "a number"), (1.5, "a number"), ([], "a list"), (False, "true or false")],
)
def test_kinds_are_called_as_people_call_them(value: object, kind: str) -> None:
    """Not by their names in a programming language."""
    with pytest.raises(DescriptorError, match=f"file: write a table, not {kind}"):
        Table(value, "file")
