"""What a portal can forget: one defect each, and the scenario that notices it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Defect(StrEnum):
    """The one thing that a miniature portal does wrong."""

    FORGETS_ACR_VALUES = "forgets_acr_values"
    FORGETS_SCOPE_ALL = "forgets_scope_all"
    FORGETS_NONCE = "forgets_nonce"
    FORGETS_PKCE = "forgets_pkce"
    SENDS_SHORT_STATE = "sends_short_state"
    ACCEPTS_WRONG_STATE = "accepts_wrong_state"
    ACCEPTS_MISSING_STATE = "accepts_missing_state"
    REDEEMS_CODE_TWICE = "redeems_code_twice"
    IGNORES_ISSUER_PARAMETER = "ignores_issuer_parameter"
    CRASHES_ON_ERROR_RESPONSE = "crashes_on_error_response"
    NEVER_COMPARES_ISS = "never_compares_iss"
    ACCEPTS_ISSUER_PREFIX = "accepts_issuer_prefix"
    NEVER_COMPARES_AUD = "never_compares_aud"
    NEVER_CHECKS_EXP = "never_checks_exp"
    NEVER_COMPARES_NONCE = "never_compares_nonce"
    ACCEPTS_MISSING_NONCE = "accepts_missing_nonce"
    IGNORES_BAD_SIGNATURE = "ignores_bad_signature"
    ACCEPTS_ALG_NONE = "accepts_alg_none"
    REFUSES_TOKEN_WITHOUT_KID = "refuses_token_without_kid"  # noqa: S105  # the name of a defect
    ACCEPTS_MISSING_SUB = "accepts_missing_sub"
    NEVER_CHECKS_ACR = "never_checks_acr"
    REFUSES_HIGHER_ACR = "refuses_higher_acr"
    NEVER_COMPARES_USERINFO_SUB = "never_compares_userinfo_sub"
    CRASHES_WITHOUT_PROFESSIONAL_SITUATION = "crashes_without_professional_situation"
    LOGS_OUT_LOCALLY_ONLY = "logs_out_locally_only"
    KEEPS_SESSION_AFTER_LOGOUT = "keeps_session_after_logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miniature:
    """A defect as people read it.

    Attributes:
        caught_by: identifier of the scenario that fails on this portal, and the only one that does.
    """

    title_fr: str
    title_en: str
    caught_by: str


def _row(caught_by: str, title_fr: str, title_en: str) -> Miniature:
    return Miniature(title_fr=title_fr, title_en=title_en, caught_by=caught_by)


MINIATURES: Final = MappingProxyType(
    {
        Defect.FORGETS_ACR_VALUES: _row("req.acr", "n’envoie pas acr_values", "does not send acr_values"),
        Defect.FORGETS_SCOPE_ALL: _row("req.scope", "ne demande pas scope_all", "does not ask for scope_all"),
        Defect.FORGETS_NONCE: _row("req.nonce", "n’envoie pas de nonce", "sends no nonce"),
        Defect.FORGETS_PKCE: _row("req.pkce", "n’utilise pas PKCE", "does not use PKCE"),
        Defect.SENDS_SHORT_STATE: _row(
            "req.state", "envoie un state qui se devine (32 bits)", "sends a state that can be guessed (32 bits)"
        ),
        Defect.ACCEPTS_WRONG_STATE: _row(
            "rsp.state.wrong", "accepte un autre state que le sien", "accepts another state than its own"
        ),
        Defect.ACCEPTS_MISSING_STATE: _row(
            "rsp.state.missing", "accepte une réponse sans state", "accepts a response without state"
        ),
        Defect.REDEEMS_CODE_TWICE: _row("tok.once", "présente deux fois le même code", "presents the same code twice"),
        Defect.IGNORES_ISSUER_PARAMETER: _row(
            "rsp.iss.wrong", "ne compare pas le paramètre iss de la réponse", "does not compare the response's iss"
        ),
        Defect.CRASHES_ON_ERROR_RESPONSE: _row(
            "rsp.error.access_denied", "tombe en panne si l’usager refuse", "crashes when the user declines"
        ),
        Defect.NEVER_COMPARES_ISS: _row(
            "idt.iss.wrong", "accepte un jeton d’un autre émetteur", "accepts a token of another issuer"
        ),
        Defect.ACCEPTS_ISSUER_PREFIX: _row(
            "idt.iss.prefix", "ne compare que le début de l’émetteur", "compares only the beginning of the issuer"
        ),
        Defect.NEVER_COMPARES_AUD: _row(
            "idt.aud.wrong", "accepte un jeton destiné à un autre portail", "accepts a token meant for another portal"
        ),
        Defect.NEVER_CHECKS_EXP: _row("idt.exp.past", "accepte un jeton périmé", "accepts an expired token"),
        Defect.NEVER_COMPARES_NONCE: _row(
            "idt.nonce.wrong", "accepte un autre nonce que le sien", "accepts another nonce than its own"
        ),
        Defect.ACCEPTS_MISSING_NONCE: _row(
            "idt.nonce.missing", "accepte un jeton sans nonce", "accepts a token without nonce"
        ),
        Defect.IGNORES_BAD_SIGNATURE: _row(
            "sig.broken", "ne vérifie pas la signature du jeton", "does not verify the token's signature"
        ),
        Defect.ACCEPTS_ALG_NONE: _row(
            "sig.none", "accepte un jeton non signé (alg none)", "accepts an unsigned token (alg none)"
        ),
        Defect.REFUSES_TOKEN_WITHOUT_KID: _row(
            "key.nokid.single",
            "refuse un jeton sans kid alors qu’une seule clé est publiée",
            "refuses a token without kid although one key is published",
        ),
        Defect.ACCEPTS_MISSING_SUB: _row("idt.sub.missing", "accepte un jeton sans sub", "accepts a token without sub"),
        Defect.NEVER_CHECKS_ACR: _row(
            "idt.acr.lower", "accepte un niveau inférieur à eidas1", "accepts a level below eidas1"
        ),
        Defect.REFUSES_HIGHER_ACR: _row(
            "idt.acr.higher", "refuse un niveau supérieur à eidas1", "refuses a level above eidas1"
        ),
        Defect.NEVER_COMPARES_USERINFO_SUB: _row(
            "uin.sub.mismatch", "ne compare pas le sub de userinfo", "does not compare the sub of userinfo"
        ),
        Defect.CRASHES_WITHOUT_PROFESSIONAL_SITUATION: _row(
            "psc.ui.no_subjectrefpro",
            "tombe en panne sans situation professionnelle (SubjectRefPro)",
            "crashes without a professional situation (SubjectRefPro)",
        ),
        Defect.LOGS_OUT_LOCALLY_ONLY: _row(
            "lgt.rp", "se déconnecte sans prévenir le fournisseur", "logs out without telling the provider"
        ),
        Defect.KEEPS_SESSION_AFTER_LOGOUT: _row(
            "lgt.session", "garde la session après la déconnexion", "keeps the session after logout"
        ),
    }
)
