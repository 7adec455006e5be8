"""The suite's line to the provider: arm lies, make people and portals known, read what the provider saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import requests

from conformance.evidence import Seen, Somebody, Told
from conformance.exit_codes import OutOfReach
from conformance.hop import trusted
from mock_idp.deviations import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mock_idp.deviations import Deviation

CONTROL_PATH: Final = "/_control/v1"
_PATIENCE: Final = (3.0, 40.0)
_TOO_MUCH: Final = 400


class ControlFailed(OutOfReach):
    """The provider could not be asked, or refused; the message says what to check, and holds no secret."""


class ProviderGone(ControlFailed):
    """Nothing answers at the provider's address any more: whatever is played now proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the provider stands.

    Attributes:
        issuer: issuer identifier.
        discovery: address of the discovery document.
        wallet: scheme, host and port of the wallet.
        cookie: name of the scenario cookie.
        salt: what the provider's masks are made with.
    """

    issuer: str
    discovery: str
    wallet: str
    cookie: str
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Armed lies: the token that calls them up, the login they were bound to, how many were told."""

    token: str = field(repr=False)
    login_id: str | None
    told: tuple[Told, ...]


class Control:
    """The control API of one provider."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Talk to the provider at ``url`` (scheme, host, port), with its control token if it wants one."""
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = trusted()
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def whereabouts(self) -> Whereabouts:
        """Return where the provider stands.

        Raises:
            ControlFailed: it does not answer, or is no provider of this project.
        """
        said = self._ask("GET", "/status")
        try:
            return Whereabouts(
                issuer=said["issuer"],
                discovery=said["discovery"],
                wallet=said["wallet"],
                cookie=said["scenario_cookie"],
                salt=bytes.fromhex(said["mask_salt"]),
            )
        except (KeyError, TypeError, ValueError):
            raise ControlFailed(f"provider: {self.url} answers, but is no provider of psc-conformance") from None

    def arm(self, deviations: Sequence[Deviation], *, issuer_wide: bool = False) -> str:
        """Arm lies for one login, or for the issuer, and return the token that calls them up."""
        body = {
            "deviations": [to_json(one) for one in deviations],
            "scope": "issuer" if issuer_wide else "login",
        }
        return str(self._ask("POST", "/plans", body)["token"])

    def stray_key(self) -> tuple[tuple[str, Any], ...]:
        """Return the public half of the key that nobody should trust (``jwk``), and where it stands (``jwks_uri``)."""
        said = self._ask("GET", "/stray-key")
        return (("jwk", said["keys"][0]), ("jwks_uri", said["jwks_uri"]))

    def withdraw(self) -> None:
        """Withdraw what is armed for the issuer."""
        self._ask("DELETE", "/plans/issuer")

    def plan(self, token: str) -> Plan:
        """Return what became of armed lies."""
        said = self._ask("GET", f"/plans/{token}")
        return Plan(token=token, login_id=said["login_id"], told=tuple(_told(one) for one in said["told"]))

    def journal(
        self, login_id: str, *, after: int = 0, endpoint: str | None = None, wait: float = 0.0
    ) -> tuple[Seen, ...]:
        """Return what the provider saw of a login, in order; wait for the first entry for up to ``wait`` seconds."""
        asked: dict[str, str] = {"login": login_id, "after": str(after), "wait": str(wait)}
        if endpoint is not None:
            asked["endpoint"] = endpoint
        return tuple(_seen(one) for one in self._ask("GET", "/journal", params=asked)["entries"])

    def person(self, *, persona: str, password: str, identity_claim: str, idnat: str | None = None) -> Somebody:
        """Make a person whom nobody has met, with an activated phone.

        Args:
            persona: key of the persona to make them after.
            password: four digits, of the phone.
            identity_claim: the claim by which the portal names people.
            idnat: what the person is to be called; by default an RPPS number of their own.
        """
        named = {} if idnat is None else {"idnat": idnat}
        said = self._ask("POST", "/people", {"template": persona, "password": password, **named})
        claims = said["claims"]
        return Somebody(
            idnat=said["idnat"],
            identity=str(claims.get(identity_claim, said["idnat"])),
            claims=claims,
            device=said["device"],
        )

    def phone(self, idnat: str, password: str, name: str | None = None) -> str:
        """Give somebody of the directory one more activated phone, called ``name``, and return its id.

        Raises:
            ControlFailed: nobody has that idnat, or the password is not of four digits.
        """
        named = {} if name is None else {"name": name}
        return str(self._ask("POST", "/phones", {"idnat": idnat, "password": password, **named})["device"])

    def phones(self, idnat: str | None = None) -> list[dict[str, Any]]:
        """Return the activated phones of one person, or of everybody, oldest first, as the control API writes them.

        Raises:
            ControlFailed: nobody has that idnat.
        """
        found: list[dict[str, Any]] = self._ask("GET", "/phones", params=_of(idnat))["phones"]
        return found

    def lose(self, device: str, *, lost: bool = True) -> None:
        """Lose a phone, or find it again."""
        self._ask("POST", f"/phones/{device}/lost", {"lost": lost})

    def waiting(self, idnat: str | None = None) -> list[dict[str, Any]]:
        """Return what waits for an answer of one person, or of anybody, oldest first, as the control API writes it.

        Raises:
            ControlFailed: nobody has that idnat.
        """
        found: list[dict[str, Any]] = self._ask("GET", "/requests", params=_of(idnat))["requests"]
        return found

    def answer(self, idnat: str, answer: str, login_id: str | None = None) -> None:
        """Answer what waits for a person: ``approve``, ``refuse`` or ``wrong-number``; the latest, or one login's."""
        meant = {} if login_id is None else {"login_id": login_id}
        self._ask("POST", "/answers", {"idnat": idnat, "answer": answer, **meant})

    def habit(self, habit: str | None, *, after: float = 0, **whose: str) -> None:
        """Have requests answered by themselves, ``after`` seconds later; None ends it.

        Args:
            habit: ``approve``, ``refuse``, ``wrong-number`` or ``ignore``.
            after: seconds.
            whose: ``idnat`` of a person, ``persona`` for everybody made after it, or ``login_id`` of one login.

        Raises:
            ControlFailed: nobody, or no persona, is called that.
        """
        self._ask("POST", "/habits", {**whose, "habit": habit, "after": after})

    def activation(self, idnat: str) -> str:
        """Begin a demande d'activation without a portal, and return the address of its page on the computer."""
        return str(self._ask("POST", "/activations", {"idnat": idnat})["url"])

    def register(self, client_id: str, secret: str, redirect_uris: Sequence[str], after_logout: Sequence[str], name: str = "") -> None:  # fmt: skip  # noqa: E501
        """Make a portal known."""
        body = {
            "client_id": client_id,
            "client_secret": secret,
            "redirect_uris": list(redirect_uris),
            "post_logout_redirect_uris": list(after_logout),
            "name": name,
        }
        self._ask("POST", "/clients", body)

    def advance(self, seconds: float | None) -> None:
        """Move the provider's clock by a number of seconds, or set it back to real time with None."""
        self._ask("POST", "/clock", {"advance": seconds})

    def _ask(self, method: str, path: str, body: Any = None, params: dict[str, str] | None = None) -> Any:
        try:
            answer = self._session.request(
                method,
                f"{self.url}{CONTROL_PATH}{path}",
                json=body,
                params=params,
                timeout=_PATIENCE,
                # nobody is asked whom the user did not name
                allow_redirects=False,
            )
        except requests.RequestException as error:
            why = f"nothing answers at {self.url} ({type(error).__name__})"
            raise ProviderGone(f"provider: {why}; start it with 'psc-conformance serve'") from None
        said = _json(answer)
        if answer.status_code >= _TOO_MUCH:
            reason = said.get("error") if isinstance(said, dict) else None
            what = path.split("/")[1]  # what follows may be a token
            raise ControlFailed(f"provider: {what} refused with {answer.status_code}: {reason or 'no reason given'}")
        return said


def _of(idnat: str | None) -> dict[str, str] | None:
    return None if idnat is None else {"idnat": idnat}


def _json(answer: requests.Response) -> Any:
    if not answer.content:
        return {}
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return {}


def _told(member: dict[str, Any]) -> Told:
    return Told(deviation=member["deviation"], honest=member["honest"], told=member["told"])


def _seen(member: dict[str, Any]) -> Seen:
    return Seen(
        seq=member["seq"],
        at=datetime.fromisoformat(member["at"]).timestamp(),
        channel=member["channel"],
        endpoint=member["endpoint"],
        method=member["method"],
        url=member["url"],
        status=member["status"],
        request=tuple((name, value) for name, value in member["request"]),
        response=tuple((name, value) for name, value in member["response"]),
        told=tuple(_told(one) for one in member["told"]),
    )
