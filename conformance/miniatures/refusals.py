"""Why a login came to nothing: a stable code, an HTTP status, and what the person is told in French and English."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Stable code of a refusal, shown as ``data-error`` on the page."""

    STATE = "state"
    RESPONSE = "response"
    RESPONSE_ISS = "response-iss"
    DECLINED = "declined"
    PROVIDER_ERROR = "provider-error"
    CODE = "code"
    TOKEN_SHAPE = "token-shape"  # noqa: S105  # the name of a reason
    TOKEN_TYPE = "token-type"  # noqa: S105  # the name of a reason
    ALG = "alg"
    KEY = "key"
    CRIT = "crit"
    SIGNATURE = "signature"
    ISS = "iss"
    AUD = "aud"
    TIME = "time"
    NONCE = "nonce"
    SUB = "sub"
    AT_HASH = "at-hash"
    ACR = "acr"
    USERINFO_SUB = "userinfo-sub"
    IDENTITY = "identity"
    TEXT = "text"
    EVENTS = "events"
    CIBA = "ciba"
    CIBA_GONE = "ciba-gone"
    CIBA_EXPIRED = "ciba-expired"
    REPLAY = "replay"
    PROVIDER_ANSWER = "provider-answer"
    PROVIDER_DOWN = "provider-down"
    LOGOUT_STATE = "logout-state"
    NOT_FOUND = "not-found"
    BROKEN = "broken"


_STATUS = {
    Reason.STATE: 400,
    Reason.RESPONSE: 400,
    Reason.RESPONSE_ISS: 400,
    Reason.PROVIDER_ERROR: 400,
    Reason.LOGOUT_STATE: 400,
    Reason.CIBA: 400,
    Reason.CIBA_GONE: 400,
    Reason.NOT_FOUND: 404,
    Reason.BROKEN: 500,
    Reason.PROVIDER_ANSWER: 502,
    Reason.PROVIDER_DOWN: 503,
}

_TEXTS = {
    Reason.STATE: (
        "Cette réponse ne correspond à aucune connexion en cours dans ce navigateur. Recommencez la connexion.",
        "This response belongs to no login under way in this browser. Start the login again.",
    ),
    Reason.DECLINED: (
        "La connexion a été refusée ou abandonnée. Vous pouvez recommencer.",
        "The login was declined or given up. You can start again.",
    ),
    Reason.ACR: (
        "Le niveau d’authentification ne suffit pas. Recommencez avec votre carte ou votre e-CPS.",
        "The level of authentication is not enough. Start again with your card or your e-CPS.",
    ),
    Reason.PROVIDER_ANSWER: (
        "Le service de connexion a répondu de façon inattendue. Réessayez dans quelques instants.",
        "The login service gave an unexpected answer. Try again in a moment.",
    ),
    Reason.PROVIDER_DOWN: (
        "Le service de connexion ne répond pas. Réessayez dans quelques instants.",
        "The login service does not answer. Try again in a moment.",
    ),
    Reason.LOGOUT_STATE: (
        "Ce retour ne correspond à aucune déconnexion demandée ici.",
        "This return belongs to no logout asked for here.",
    ),
    Reason.CIBA: (
        "Le service de connexion refuse la demande. Vérifiez l’identifiant national, puis recommencez.",
        "The login service refuses the request. Check the identifiant national, then start again.",
    ),
    Reason.CIBA_GONE: (
        "Aucune demande n’attend dans ce navigateur. Recommencez la connexion.",
        "No request waits in this browser. Start the login again.",
    ),
    Reason.CIBA_EXPIRED: (
        "Le temps pour répondre est écoulé. Recommencez la connexion.",
        "The time to answer is over. Start the login again.",
    ),
    Reason.NOT_FOUND: ("Il n’y a pas de page à cette adresse.", "There is no page at this address."),
    Reason.BROKEN: ("Le portail est en panne.", "The portal has broken down."),
}

_OTHERWISE = (
    "La réponse du service de connexion n’a pas pu être vérifiée : vous n’êtes pas connecté. Recommencez la connexion.",
    "The answer of the login service could not be verified: you are not logged in. Start the login again.",
)


class Refused(Exception):  # noqa: N818  # a refusal is an outcome of a login, not a mistake in the program
    """A login that the portal does not accept; its text is the reason only, never what was received."""

    def __init__(self, reason: Reason) -> None:
        """Carry the reason."""
        super().__init__(reason.value)
        self.reason = reason

    @property
    def status(self) -> int:
        """HTTP status of the page that says so."""
        return _STATUS.get(self.reason, 403)

    def text(self, language: str) -> str:
        """Return what the person is told, in ``fr`` or ``en``."""
        french, english = _TEXTS.get(self.reason, _OTHERWISE)
        return english if language == "en" else french
