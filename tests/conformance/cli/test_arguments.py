"""Arguments that cannot be read, and the help, in the user's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.cli.arguments import in_french, parser_in
from conformance.cli.command import main, parser
from conformance.cli.options import port_number
from tests.house.french import english_in, french_in

if TYPE_CHECKING:
    from pathlib import Path

# each: what is typed, what is said in French, what argparse says
WRONG = [
    ("", "il faut encore : word", "the following arguments are required: word"),
    ("a --zzz", "arguments inconnus : --zzz", "unrecognized arguments: --zzz"),
    ("a --count x", "--count : 'x' n'est pas un nombre entier", "argument --count: invalid int value: 'x'"),
    ("a --share x", "--share : 'x' n'est pas un nombre", "argument --share: invalid float value: 'x'"),
    ("a --count", "--count : il faut une valeur", "argument --count: expected one argument"),
    ("a --many", "--many : il faut au moins une valeur", "argument --many: expected at least one argument"),
    ("a --pair 1", "--pair : il faut 2 valeurs", "argument --pair: expected 2 arguments"),
    ("a --kind x", "--kind : choix inconnu : 'x' (choisissez parmi ", "argument --kind: invalid choice: 'x' (choose"),
    ("a --port 65536", "--port : '65536' : écrivez 0 à 65535", "argument --port: '65536': write 0 to 65535"),
    ("a --quiet=1", "--quiet : ne prend pas de valeur, enlevez '1'", "argument --quiet: ignored explicit argument '1'"),
    ("a --quiet --loud", "--loud : ne va pas avec --quiet", "argument --loud: not allowed with argument --quiet"),
    ("a --p 1", "option ambiguë : --p peut être --pair, --port", "ambiguous option: --p could match --pair, --port"),
]


@pytest.mark.parametrize(("typed", "french", "english"), WRONG, ids=[typed or "nothing" for typed, _, _ in WRONG])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_cannot_be_read_is_said(
    typed: str, french: str, english: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2; this asks the argparse that runs here, so another version's words are noticed."""
    reader = parser_in(language)(prog="cmd")
    reader.add_argument("word")
    reader.add_argument("--count", type=int)
    reader.add_argument("--share", type=float)
    reader.add_argument("--many", nargs="+")
    reader.add_argument("--pair", nargs=2)
    reader.add_argument("--kind", choices=["one", "two"])
    reader.add_argument("--port", type=port_number)
    either = reader.add_mutually_exclusive_group()
    either.add_argument("--quiet", action="store_true")
    either.add_argument("--loud", action="store_true")
    with pytest.raises(SystemExit) as ended:
        reader.parse_args(typed.split())
    said = capsys.readouterr().err

    assert 2 == ended.value.code
    assert {"fr": f"cmd : erreur : {french}", "en": f"cmd: error: {english}"}[language] in said
    assert {"fr": "usage : cmd [-h]", "en": "usage: cmd [-h]"}[language] in said
    if language == "fr":
        assert not english_in(said.partition("erreur")[2])


@pytest.mark.parametrize(
    ("message", "french"),
    [
        ("argument -k: invalid choice: 'x' (choose from one, two)", "-k : choix inconnu : 'x' (choisissez parmi one, two)"),  # noqa: E501
        (
            "argument --kind: invalid choice: 'on', maybe you meant 'one'? (choose from one, two)",
            "--kind : choix inconnu : 'on' (choisissez parmi one, two)",
        ),
        ("one of the arguments --quiet --loud is required", "il faut encore l'un de : --quiet --loud"),
        ("argument -o/--out: expected at most one argument", "-o/--out : il faut une valeur au plus"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_words_of_other_versions(message: str, french: str) -> None:
    """Those of 3.12 and 3.14, and what nobody knows yet stays as it is."""
    assert french == in_french(message)


@pytest.mark.parametrize(
    ("language", "headings"),
    [("fr", ["usage :", "arguments :", "options :"]), ("en", ["usage:", "positional arguments:", "options:"])],
)
@pytest.mark.parametrize("command", ["run", "serve", "demo", "card"])
def test_the_help_has_the_headings_of_its_language(
    command: str, language: str, headings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """And lists every option; the French one holds no English sentence."""
    with pytest.raises(SystemExit) as ended:
        parser(language, [command]).parse_args([command, "-h"])
    said = capsys.readouterr().out

    assert 0 == ended.value.code
    assert said.startswith(headings[0])
    assert "--lang" in said
    wanted = {heading for heading in headings if heading in said}
    assert {headings[0], headings[2]} <= wanted
    if language == "fr":
        assert "montrer cette aide" in said
        assert not english_in(re.sub(r"«[^»]*»|\{[^}]*\}", "", said))


# each: what is typed, the option or key that both sentences name, the French sentence, the English one
TOLD = [
    ("run absent.toml", "absent.toml", "ce fichier n'existe pas ; écrivez-le", "there is no such file; write one"),
    ("run portal.toml --dry-run", "base_urll", "vouliez-vous écrire base_url ?", "did you mean base_url?"),
    ("run portal.toml --workers 0", "base_urll", "clé inconnue", "unknown key"),
    ("list --select zzz.*", "zzz.*", "aucun scénario ne s'appelle", "no scenario is called"),
    ("explain zzz", "zzz", "n'est pas un scénario", "is no scenario"),
    ("demo --fault zzz", "--fault", "'zzz' n'est pas un défaut", "'zzz' is no defect"),
    ("serve --issuer-base zzz", "--issuer-base", "n'est pas une adresse", "is no address"),
    ("serve --config absent.toml", "--config absent.toml", "ce fichier n'existe pas", "there is no such file"),
    ("serve --config psc.toml", "lissuer_base", "clé inconnue ; clés connues", "unknown; known are"),
    ("init zzz", "URL", "n'est pas une adresse", "is no address"),
    ("phone refuse 1 --control-token-env PSC_ABSENT", "PSC_ABSENT", "n'est pas définie", "is not set"),
    ("fuzz", "portal.toml", "donnez le fichier d'un portail, ou --fault", "give the file of one portal, or --fault"),
    ("fuzz --fault strict --budget zzz", "--budget", "n'est pas une durée", "is no duration"),
    ("replay absent.json --fault strict", "absent.json", "aucun plan ne s'y lit", "no plan can be read there"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files with a misspelt key, in the folder where the command is run."""
    (tmp_path / "portal.toml").write_text(
        '[portal]\nname = "p"\nbase_urll = "http://127.0.0.1:1"\nlogin = "/login"\n', encoding="utf-8"
    )
    (tmp_path / "psc.toml").write_text('[provider]\nlissuer_base = "http://127.0.0.1:1"\n', encoding="utf-8")
    monkeypatch.setattr("conformance.cli.command.check_ownership", lambda: None)
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("told", TOLD, ids=[told[0] for told in TOLD])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_cannot_be_used_is_said_in_the_users_language(
    told: tuple[str, str, str, str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the same option or key, the same remedy, and nothing of the other language."""
    typed, names, french, english = told
    code = main([*typed.split(), "--lang", language])
    said = capsys.readouterr().out

    assert 2 == code
    assert {"fr": french, "en": english}[language] in said
    assert said.startswith({"fr": "Arrêt : ", "en": "Stopped: "}[language])
    assert names in said
    assert not (english_in(re.sub("clés connues.*", "", said)) if language == "fr" else french_in(said))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("language", "told"), [("fr", "--pin-env : rien n'a été tapé"), ("en", "--pin-env: nothing was typed")]
)
def test_a_secret_that_nobody_types_is_asked_for_by_name(
    language: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script without a terminal learns which option it needs."""

    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    code = main(["card", "pin", "--lang", language])

    assert 2 == code
    assert told in capsys.readouterr().out
