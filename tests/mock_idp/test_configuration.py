"""The configuration file: what it may say, and how it is told that it says something wrong."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.configuration import DOUBTS, ConfigurationError, read_settings
from mock_idp.ecps.idnat import Doubt
from mock_idp.ecps.settings import CardInReader, EcpsSettings
from mock_idp.people import builtin_people
from mock_idp.settings import Settings, Unlisted
from tests.house.inventory import ROOT

PAGE = (ROOT / "docs" / "provider.md").read_text(encoding="utf-8")
CLIENT = """
[[provider.clients]]
client_id = "portal"
client_secret = "s3cr3t"
redirect_uris = ["https://portal.example/callback"]
"""
PERSON = """
[[provider.people]]
key = "mine"
idnat = "899799099997"
given_name = "A"
family_name = "B"
"""


def test_an_empty_table_is_what_ships() -> None:
    """Every key has a default."""
    read = read_settings("[provider]\n")

    assert (Settings(), (), builtin_people()) == (read.settings, read.clients, read.people)


def test_everything_can_be_said() -> None:
    """Addresses, durations in seconds, policies, switches, portals and people."""
    read = read_settings(
        """
        [provider]
        issuer_base = "https://auth.psc.example"
        wallet_base = "https://wallet.psc.example:8443"
        code_lifetime = 30
        access_token_lifetime = 0.5
        acr_values_policy = "ignore"
        rotate_refresh_tokens = true
        idp_name = "Essai"
        builtin_people = false
        """
        + CLIENT
        + 'post_logout_redirect_uris = ["https://portal.example/"]\nname = ""\n'
        + PERSON
        + '[[provider.people.activity]]\nsecteur = "SA07"\n'
    )

    assert (
        Settings(
            issuer_base="https://auth.psc.example",
            wallet_base="https://wallet.psc.example:8443",
            code_lifetime=timedelta(seconds=30),
            access_token_lifetime=timedelta(seconds=0.5),
            acr_values_policy=Unlisted.IGNORE,
            rotate_refresh_tokens=True,
            idp_name="Essai",
        )
        == read.settings
    )
    assert [("portal", "s3cr3t", ("https://portal.example/",))] == [
        (client.client_id, client.client_secret, client.post_logout_redirect_uris) for client in read.clients
    ]
    assert [("mine", "SA07")] == [(person.key, person.activity[0].secteur) for person in read.people]


def test_the_page_about_the_provider_shows_a_file_that_can_be_read() -> None:
    """The example is not only an example."""
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    read = read_settings(example)

    assert ("https://auth.psc.example", "portal", "mine") == (
        read.settings.issuer_base,
        read.clients[0].client_id,
        read.people[-1].key,
    )


def test_limits_of_the_journeys_stand_in_a_table_of_their_own() -> None:
    """Durations in seconds, up to ten years; what is not written keeps its default."""
    text = "[provider.ecps]\nqr_lifetime = 30\ncode_digits = 4\ncard_in_reader = 'card'\necps_validity = 157680000"
    wanted = EcpsSettings(
        qr_lifetime=timedelta(seconds=30),
        code_digits=4,
        card_in_reader=CardInReader.CARD,
        ecps_validity=timedelta(days=5 * 365),
    )

    assert wanted == read_settings(text).ecps
    assert EcpsSettings() == read_settings("[provider]").ecps


@pytest.mark.parametrize("name", [member.name for member in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    """With its default and how sure it is."""
    assert re.search(rf"^\| [^|]*`{name}`", PAGE, flags=re.MULTILINE)


def test_people_of_the_file_come_behind_those_that_ship() -> None:
    """Nobody is replaced unasked."""
    assert [*builtin_people(), *read_settings("[provider]" + PERSON).people[-1:]] == list(
        read_settings("[provider]" + PERSON).people
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("provider", "mine.toml: "),
        ("", "mine.toml: provider: missing; put everything under a [provider] table"),
        ("provider = 1", "mine.toml: provider: missing"),
        ("[provider]\n[server]\n", "mine.toml: server: unknown; everything stands under [provider]"),
        ("[provider]\nport = 1", "mine.toml: provider.port: unknown; known are access_token_lifetime, "),
        (
            "[provider]\ncode_lifetime = '60'",
            "mine.toml: provider.code_lifetime: expected seconds above 0, a year at most, got '60'",
        ),
        (
            "[provider]\ncode_lifetime = 0",
            "mine.toml: provider.code_lifetime: expected seconds above 0, a year at most, got 0",
        ),
        (
            "[provider]\ncode_lifetime = nan",
            "mine.toml: provider.code_lifetime: expected seconds above 0, a year at most, got nan",
        ),
        (
            "[provider]\ncode_lifetime = inf",
            "mine.toml: provider.code_lifetime: expected seconds above 0, a year at most, got inf",
        ),
        (
            "[provider]\ncode_lifetime = true",
            "mine.toml: provider.code_lifetime: expected seconds above 0, a year at most, got True",
        ),
        (
            "[provider]\nacr_values_policy = 'no'",
            "mine.toml: provider.acr_values_policy: 'no' is not known; write 'reject'",
        ),
        (
            "[provider]\nrotate_refresh_tokens = 1",
            "mine.toml: provider.rotate_refresh_tokens: expected true or false, got 1",
        ),
        ("[provider]\nidp_name = ''", "mine.toml: provider.idp_name: expected text between quotes, got ''"),
        ("[provider]\nissuer_base = 'auth.example'", "mine.toml: provider.issuer_base: expected scheme, host and port"),
        (
            "[provider]\nissuer_base = 'https://a.example/'",
            "mine.toml: provider.issuer_base: expected scheme, host and port",
        ),
        ("[provider]\nissuer_base = 'https://a.example:x'", "mine.toml: provider.issuer_base: expected scheme, host"),
        ("[provider]\nissuer_base = 'https://u@a.example'", "mine.toml: provider.issuer_base: expected scheme, host"),
        ("[provider]\nissuer_base = 'https://[::1'", "mine.toml: provider.issuer_base: expected scheme, host"),
        (
            "[provider]\nwallet_base = 'ftp://a.example'",
            "mine.toml: provider.wallet_base: expected scheme, host and port",
        ),
        ("[provider]\nbuiltin_people = 'no'", "mine.toml: provider.builtin_people: expected true or false"),
        ("[provider]\nmail_catcher = 'localhost'", "mine.toml: provider.mail_catcher: expected host:port"),
        ("[provider]\nmail_catcher = 'localhost:0'", "mine.toml: provider.mail_catcher: expected host:port"),
        ("[provider]\necps = 1", "mine.toml: provider.ecps: write a [provider.ecps] table"),
        ("[provider.ecps]\nqr = 90", "mine.toml: provider.ecps.qr: unknown; known are activation_lifetime, "),
        (
            "[provider.ecps]\nqr_lifetime = -1",
            "mine.toml: provider.ecps.qr_lifetime: expected seconds above 0, ten years at most, got -1",
        ),
        (
            "[provider.ecps]\ncode_digits = 6.5",
            "mine.toml: provider.ecps.code_digits: expected a whole number, got 6.5",
        ),
        ("[provider.ecps]\ncode_digits = 2", "mine.toml: provider.ecps.code_digits: 2 is outside 4 to 12"),
        ("[provider.ecps]\ncard_in_reader = 'no'", "mine.toml: provider.ecps.card_in_reader: 'no' is not known; write"),
        ("[provider]\nclients = 1", "mine.toml: provider.clients: write [[provider.clients]] tables"),
        ("[provider]\npeople = ['x']", "mine.toml: provider.people: write [[provider.people]] tables"),
        ("[provider]" + CLIENT + CLIENT, "mine.toml: provider.clients: client_id 'portal' stands twice; keep one"),
        (
            "[provider]" + CLIENT + "secret = 'x'",
            "mine.toml: provider.clients 1.secret: unknown member; known are client_id",
        ),
        (
            "[provider]" + CLIENT.replace("client_secret", "name"),
            "mine.toml: provider.clients 1.client_secret: missing",
        ),
        (
            "[provider]" + CLIENT.replace('"portal"', '""'),
            "mine.toml: provider.clients 1.client_id: expected non-empty text",
        ),
        (
            "[provider]" + CLIENT.replace('"s3cr3t"', "1"),
            "mine.toml: provider.clients 1.client_secret: expected non-empty text",
        ),
        (
            "[provider]" + CLIENT.replace('["h', '"h').replace('k"]', 'k"'),
            "mine.toml: provider.clients 1.redirect_uris: expected a",
        ),
        (
            "[provider]" + CLIENT.replace("https://", ""),
            "mine.toml: provider.clients 1.redirect_uris: 'portal.example/callback' is",
        ),
        (
            "[provider]" + CLIENT.replace("/callback", "/é"),
            "mine.toml: provider.clients 1.redirect_uris: 'https://portal.example/é'",
        ),
        (
            "[provider]" + CLIENT.replace("/callback", "/#x"),
            "mine.toml: provider.clients 1.redirect_uris: 'https://portal.example/#x' has",
        ),
        ("[provider]" + PERSON + "nom = 'x'", "mine.toml: provider.people 1.nom: unknown member; known are "),
        ("[provider]" + PERSON + PERSON, "mine.toml: provider.people mine: idnat 899799099997 stands twice"),
        (
            "[provider]" + PERSON.replace("899799099997", "899799000015"),
            "mine.toml: provider.people: mine (899799000015) ships",
        ),
    ],
)
def test_a_bad_file_is_told_what_and_where(text: str, said: str) -> None:
    """File, key, what is wrong, what to write instead."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings(text, source="mine.toml")

    assert str(caught.value).startswith(said)


def test_no_message_shows_a_secret() -> None:
    """Not even of the portal that the message is about."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings("[provider]" + CLIENT + CLIENT)

    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("idnat", "said"),
    [
        ("99799099997", ["looks like an RPPS number without the 8 before it"]),
        ("899799099999", ["its last digit is not the key of the RPPS number"]),
        ("8997", ["begins with 8 and is not 8 and the 11 digits of an RPPS number"]),
        ("30B0990016", ["its first digit announces a structure, and no slash follows"]),
        ("XÉ", ["its first character is of no known kind", "holds a character that no card prints"]),
        ("ANS20991231235959", []),
    ],
)
def test_an_odd_identifier_is_warned_of_and_taken(idnat: str, said: list[str]) -> None:
    """Published samples fail the key too, so nothing is refused for it."""
    read = read_settings(
        "[provider]\nbuiltin_people = false" + PERSON.replace("899799099997", idnat), source="mine.toml"
    )
    before = f"mine.toml: provider.people: mine: idnat {idnat}: "

    assert [f"{before}{doubt}; it is taken as it stands" for doubt in said] == [en for _, en in read.warnings]
    assert [idnat] == [person.idnat for person in read.people]


def test_every_doubt_has_words() -> None:
    """A new one is not forgotten."""
    assert set(Doubt) == set(DOUBTS)


@given(
    st.dictionaries(
        st.sampled_from([member.name for member in fields(Settings)]), st.integers() | st.booleans(), max_size=4
    )
)
def test_any_values_are_read_or_refused_by_name(members: dict[str, int]) -> None:
    """No value of a known key breaks the reader."""
    text = "[provider]\n" + "".join(f"{name} = {str(value).lower()}\n" for name, value in members.items())
    try:
        said = str(read_settings(text, source="s").settings)
    except ConfigurationError as error:
        said = str(error)

    assert said.startswith(("Settings(", "s: provider."))
