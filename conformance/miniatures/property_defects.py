"""What a portal can get wrong that no scenario shows: one defect each, and the property that fuzzing finds broken.

P1 to P6 are about identifiers, Q1 to Q7 about userinfo, I1 to I8 about the order of things; ``docs/fuzzing.md`` states
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from conformance.miniatures.defects import Defect


class PropertyDefect(StrEnum):
    """The one thing that a miniature portal does wrong with what it is told, or when."""

    CASTS_TO_NUMBER = "casts_to_number"
    CASTS_TO_FLOAT = "casts_to_float"
    LOWERS_CASE = "lowers_case"
    RAISES_CASE = "raises_case"
    CUTS_AT_SEMICOLON = "cuts_at_semicolon"
    CUTS_AT_SLASH = "cuts_at_slash"
    CUTS_AT_ESCAPED_NUL = "cuts_at_escaped_nul"
    TAKES_WILDCARDS = "takes_wildcards"
    DECODES_TWICE = "decodes_twice"
    READS_PLUS_AS_SPACE = "reads_plus_as_space"
    KEEPS_ELEVEN_SIGNS = "keeps_eleven_signs"
    KEEPS_TWELVE_SIGNS = "keeps_twelve_signs"
    KEEPS_TWENTY_SIGNS = "keeps_twenty_signs"
    COMPOSES_NFKC = "composes_nfkc"
    KEEPS_SPACES = "keeps_spaces"
    RESOLVES_DOTS = "resolves_dots"
    UNESCAPES_HTML = "unescapes_html"
    DROPS_SIGNS = "drops_signs"
    SHARES_ACCOUNTS_BY_CASE = "shares_accounts_by_case"
    READS_BY_POSITION = "reads_by_position"
    CUTS_TYPED_AT_SEMICOLON = "cuts_typed_at_semicolon"
    ENCODES_TYPED_TWICE = "encodes_typed_twice"
    KEEPS_NARROW_SPACES = "keeps_narrow_spaces"

    OPENS_WITHOUT_IDENTITY = "opens_without_identity"
    CRASHES_ON_NULL = "crashes_on_null"
    CRASHES_ON_UNKNOWN_CODE = "crashes_on_unknown_code"
    CRASHES_ON_DEPTH = "crashes_on_depth"
    TAKES_ANOTHER_IDENTIFIER = "takes_another_identifier"
    REFUSES_NEW_MEMBERS = "refuses_new_members"
    PRINTS_NAMES_RAW = "prints_names_raw"
    RENDERS_NAMES = "renders_names"
    KEEPS_LAST_FIELDS = "keeps_last_fields"
    MIXES_ACTIVITIES = "mixes_activities"
    SLOWS_WITH_SIZE = "slows_with_size"

    SHARES_PENDING_LOGIN = "shares_pending_login"
    TAKES_FOREIGN_CALLBACK = "takes_foreign_callback"
    MIXES_TWO_TABS = "mixes_two_tabs"
    REDEEMS_AGAIN = "redeems_again"
    REMEMBERS_CALLBACK = "remembers_callback"
    REUSES_STATE = "reuses_state"
    REUSES_NONCE = "reuses_nonce"
    REUSES_VERIFIER = "reuses_verifier"
    LOGS_EVERYBODY_OUT = "logs_everybody_out"
    KEEPS_SESSION_NAME = "keeps_session_name"
    CRASHES_ON_REPETITION = "crashes_on_repetition"
    LOCKS_OUT_AFTER_REFUSALS = "locks_out_after_refusals"
    IGNORES_LOGOUT_TOKENS = "ignores_logout_tokens"
    CLOSES_NEWEST_SESSION = "closes_newest_session"
    CRASHES_ON_LATE_LOGOUT_TOKEN = "crashes_on_late_logout_token"  # noqa: S105  # the name of a defect
    KEEPS_FIRST_KEYS = "keeps_first_keys"
    CRASHES_ON_NEW_KEY = "crashes_on_new_key"
    FORGETS_SESSIONS_WITH_KEYS = "forgets_sessions_with_keys"


AnyDefect: TypeAlias = Defect | PropertyDefect


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A property defect as people read it.

    Attributes:
        target: what to fuzz, ``identifiers``, ``claims`` or ``flow``.
        properties: those that may be found broken; one defect can show in several ways.
    """

    target: str
    properties: tuple[str, ...]
    title_fr: str
    title_en: str


def _row(target: str, properties: str, title_fr: str, title_en: str) -> Broken:
    return Broken(target=target, properties=tuple(properties.split()), title_fr=title_fr, title_en=title_en)


_D = PropertyDefect

PROPERTY_DEFECTS: Final = MappingProxyType(
    {
        _D.CASTS_TO_NUMBER: _row("identifiers", "P1 P4", "en fait un nombre entier", "makes a whole number of it"),
        _D.CASTS_TO_FLOAT: _row("identifiers", "P1 P4", "en fait un nombre à virgule", "makes a floating number of it"),
        _D.LOWERS_CASE: _row("identifiers", "P1 P2", "met en minuscules", "makes letters small"),
        _D.RAISES_CASE: _row("identifiers", "P1 P2", "met en majuscules", "makes letters big"),
        _D.CUTS_AT_SEMICOLON: _row("identifiers", "P1 P4", "coupe au point-virgule", "cuts at a semicolon"),
        _D.CUTS_AT_SLASH: _row("identifiers", "P1 P2 P4", "coupe à la barre oblique", "cuts at a slash"),
        _D.CUTS_AT_ESCAPED_NUL: _row("identifiers", "P1 P4", "coupe à %00", "cuts at %00"),
        _D.TAKES_WILDCARDS: _row(
            "identifiers", "P1 P2 P4", "prend * pour un joker", "takes * for a wildcard among known people"
        ),
        _D.DECODES_TWICE: _row("identifiers", "P1 P4", "décode deux fois les %", "decodes % twice"),
        _D.READS_PLUS_AS_SPACE: _row("identifiers", "P1 P2", "lit + comme une espace", "reads + as a space"),
        _D.KEEPS_ELEVEN_SIGNS: _row(
            "identifiers",
            "P1 P2 P4",
            "ne garde que 11 signes s’il n’y a pas que des chiffres",
            "keeps only 11 signs unless all are digits",
        ),
        _D.KEEPS_TWELVE_SIGNS: _row("identifiers", "P1 P2 P4", "ne garde que 12 signes", "keeps only 12 signs"),
        _D.KEEPS_TWENTY_SIGNS: _row("identifiers", "P1 P2 P4", "ne garde que 20 signes", "keeps only 20 signs"),
        _D.COMPOSES_NFKC: _row(
            "identifiers", "P1 P2 P4", "ramène les chiffres larges aux chiffres (NFKC)", "folds wide digits (NFKC)"
        ),
        _D.KEEPS_SPACES: _row("identifiers", "P3", "garde les espaces", "keeps spaces"),
        _D.RESOLVES_DOTS: _row("identifiers", "P1 P4", "résout .. comme un chemin", "resolves .. like a path"),
        _D.UNESCAPES_HTML: _row("identifiers", "P1 P2 P4", "décode les entités HTML", "decodes HTML entities"),
        _D.DROPS_SIGNS: _row(
            "identifiers", "P1 P2 P4", "ôte tout sauf lettres et chiffres", "drops all but letters and digits"
        ),
        _D.SHARES_ACCOUNTS_BY_CASE: _row(
            "identifiers", "P2", "confond les dossiers à la casse près", "mixes up accounts that differ by case"
        ),
        _D.READS_BY_POSITION: _row(
            "identifiers",
            "P5",
            "lit l’identifiant à sa place dans le JSON",
            "reads the identifier by its place in the JSON",
        ),
        _D.CUTS_TYPED_AT_SEMICOLON: _row(
            "identifiers", "P6", "coupe ce qui est tapé au point-virgule", "cuts what is typed at a semicolon"
        ),
        _D.ENCODES_TYPED_TWICE: _row(
            "identifiers", "P6", "code deux fois ce qui est tapé", "encodes what is typed twice"
        ),
        _D.KEEPS_NARROW_SPACES: _row(
            "identifiers",
            "P6",
            "n’ôte de ce qui est tapé que les espaces simples",
            "takes only plain spaces out of what is typed",
        ),
        _D.OPENS_WITHOUT_IDENTITY: _row(
            "claims", "Q1", "ouvre une session sans identité", "opens a session without identity"
        ),
        _D.CRASHES_ON_NULL: _row("claims", "Q1", "tombe en panne sur un nom nul", "crashes on a name that is null"),
        _D.CRASHES_ON_UNKNOWN_CODE: _row(
            "claims", "Q1", "tombe en panne sur une profession inconnue", "crashes on an unknown profession"
        ),
        _D.CRASHES_ON_DEPTH: _row("claims", "Q1", "tombe en panne sur un JSON profond", "crashes on deep JSON"),
        _D.TAKES_ANOTHER_IDENTIFIER: _row(
            "claims", "Q1 Q2", "prend l’identité dans otherIds", "takes the identity from otherIds"
        ),
        _D.REFUSES_NEW_MEMBERS: _row("claims", "Q3", "refuse un membre nouveau", "refuses a new member"),
        _D.PRINTS_NAMES_RAW: _row("claims", "Q4", "affiche les noms sans échapper", "prints names unescaped"),
        _D.RENDERS_NAMES: _row("claims", "Q4", "prend les noms pour des gabarits", "takes names for templates"),
        _D.KEEPS_LAST_FIELDS: _row(
            "claims", "Q5", "garde des champs de la connexion précédente", "keeps fields of the login before"
        ),
        _D.MIXES_ACTIVITIES: _row("claims", "Q6", "mélange deux activités", "mixes two activities"),
        _D.SLOWS_WITH_SIZE: _row(
            "claims", "Q1 Q7", "ralentit au carré de la taille", "slows down with the square of the size"
        ),
        _D.SHARES_PENDING_LOGIN: _row(
            "flow",
            "I1 I4 I6 I8",
            "garde une seule connexion en cours pour tous",
            "keeps one pending login for everybody",
        ),
        _D.TAKES_FOREIGN_CALLBACK: _row(
            "flow", "I1 I4", "accepte la réponse d’un autre navigateur", "accepts the answer to another browser"
        ),
        _D.MIXES_TWO_TABS: _row("flow", "I1 I4 I8", "mélange deux onglets", "mixes up two tabs of one browser"),
        _D.REDEEMS_AGAIN: _row("flow", "I2", "présente deux fois le même code", "presents the same code twice"),
        _D.REMEMBERS_CALLBACK: _row(
            "flow", "I1 I5", "reconnecte qui rejoue une vieille réponse", "logs in whoever repeats an old answer"
        ),
        _D.REUSES_STATE: _row("flow", "I3 I8", "réutilise state", "reuses state"),
        _D.REUSES_NONCE: _row("flow", "I3", "réutilise nonce", "reuses nonce"),
        _D.REUSES_VERIFIER: _row("flow", "I3", "réutilise le vérificateur PKCE", "reuses the PKCE verifier"),
        _D.LOGS_EVERYBODY_OUT: _row("flow", "I1 I5", "déconnecte tout le monde", "logs everybody out"),
        _D.KEEPS_SESSION_NAME: _row("flow", "I7", "garde le nom de session", "keeps the session's name over a login"),
        _D.CRASHES_ON_REPETITION: _row(
            "flow", "I6", "tombe en panne sur une réponse répétée", "crashes on a repeated answer"
        ),
        _D.LOCKS_OUT_AFTER_REFUSALS: _row(
            "flow",
            "I8",
            "ne connecte plus un navigateur après trois refus",
            "no longer logs a browser in after three refusals",
        ),
        _D.IGNORES_LOGOUT_TOKENS: _row(
            "flow",
            "I5",
            "acquitte un jeton de déconnexion et ne ferme rien",
            "acknowledges a logout token and closes nothing",
        ),
        _D.CLOSES_NEWEST_SESSION: _row(
            "flow",
            "I1 I5",
            "ferme la session la plus récente au lieu de celle du jeton de déconnexion",
            "closes the newest session in place of the logout token's",
        ),
        _D.CRASHES_ON_LATE_LOGOUT_TOKEN: _row(
            "flow",
            "I6",
            "tombe en panne sur un jeton de déconnexion d’une session déjà fermée",
            "crashes on a logout token of a session that is closed already",
        ),
        _D.KEEPS_FIRST_KEYS: _row("flow", "I8", "ne relit jamais les clés", "never fetches keys again"),
        _D.CRASHES_ON_NEW_KEY: _row("flow", "I6", "tombe en panne quand la clé change", "crashes when the key changes"),
        _D.FORGETS_SESSIONS_WITH_KEYS: _row(
            "flow",
            "I1 I5",
            "oublie toutes les sessions quand la clé change",
            "forgets all sessions when the key changes",
        ),
    }
)
"""Every property defect, in the order of ``docs/fuzzing.md``."""
