"""The suite's line to the provider: arm lies, make people and portals known, read what the provider saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from conformance.control_line import CONTROL_PATH, LONGEST_WAIT, ControlFailed, Line, ProviderGone
from conformance.evidence import Seen, Somebody, Told
from mock_idp.deviations import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mock_idp.deviations import Deviation

__all__ = [
    "CONTROL_PATH",
    "LONGEST_WAIT",
    "Control",
    "ControlFailed",
    "LogoutToken",
    "Plan",
    "ProviderGone",
    "Whereabouts",
]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutToken:
    """What says that a session is over: the token for a portal's server, issuer and session for a browser's frame."""

    value: str = field(repr=False)
    iss: str
    sid: str


class Control(Line):
    """The control API of one provider."""

    def whereabouts(self) -> Whereabouts:
        """Return where the provider stands.

        Raises:
            ControlFailed: it does not answer, or is no provider of this project.
        """
        said = self.ask("GET", "/status")
        try:
            return Whereabouts(
                issuer=said["issuer"],
                discovery=said["discovery"],
                wallet=said["wallet"],
                cookie=said["scenario_cookie"],
                salt=bytes.fromhex(said["mask_salt"]),
            )
        except (KeyError, TypeError, ValueError):
            raise ControlFailed(
                f"fournisseur : {self.url} répond, mais n'est pas un fournisseur de psc-conformance",
                f"provider: {self.url} answers, but is no provider of psc-conformance",
            ) from None

    def arm(self, deviations: Sequence[Deviation], *, issuer_wide: bool = False, login_hint: str | None = None) -> str:
        """Arm lies, and return the token that calls them up.

        Args:
            deviations: the lies.
            issuer_wide: for everybody, instead of one login.
            login_hint: for the next CIBA request that names this person, instead of a browser's login.
        """
        body: dict[str, Any] = {
            "deviations": [to_json(one) for one in deviations],
            "scope": "issuer" if issuer_wide else "login",
        }
        if login_hint is not None:
            body["login_hint"] = login_hint
        return str(self.ask("POST", "/plans", body)["token"])

    def stray_key(self) -> tuple[tuple[str, Any], ...]:
        """Return the public half of the key that nobody should trust (``jwk``), where it stands, and other oddities."""
        said = self.ask("GET", "/stray-key")
        return tuple((name, value) for name, value in said.items() if name != "keys")

    def rotate(self, step: str) -> None:
        """Take one step of a key rotation: ``publish`` a new key, ``sign`` with it, ``retire`` the old one."""
        self.ask("POST", "/keys", {"step": step})

    def release(self) -> None:
        """Have every answer sent that is being held back."""
        self.ask("POST", "/release", {})

    def tls_authority(self) -> str:
        """Return the authority (PEM) of the provider's doors over TLS."""
        return str(self.ask("GET", "/tls-authority")["pem"])

    def tls_door(self, flaw: str) -> str:
        """Return scheme, host and port where the provider answers over TLS with a certificate of that flaw."""
        return str(self.ask("POST", "/tls-doors", {"flaw": flaw})["base"])

    def calls(self, endpoint: str, *, after: int = 0, wait: float = 0.0) -> tuple[Seen, ...]:
        """Return what an endpoint saw, whatever login it belongs to; wait for the first for up to ``wait`` seconds."""
        asked = {"endpoint": endpoint, "after": str(after), "wait": str(wait)}
        return tuple(_seen(one) for one in self.ask("GET", "/journal", params=asked)["entries"])

    def withdraw(self) -> None:
        """Withdraw what is armed for the issuer."""
        self.ask("DELETE", "/plans/issuer")

    def plan(self, token: str) -> Plan:
        """Return what became of armed lies."""
        said = self.ask("GET", f"/plans/{token}")
        return Plan(token=token, login_id=said["login_id"], told=tuple(_told(one) for one in said["told"]))

    def journal(
        self, login_id: str, *, after: int = 0, endpoint: str | None = None, wait: float = 0.0
    ) -> tuple[Seen, ...]:
        """Return what the provider saw of a login, in order; wait for the first entry for up to ``wait`` seconds."""
        asked: dict[str, str] = {"login": login_id, "after": str(after), "wait": str(wait)}
        if endpoint is not None:
            asked["endpoint"] = endpoint
        return tuple(_seen(one) for one in self.ask("GET", "/journal", params=asked)["entries"])

    def person(self, *, persona: str, password: str | None, identity_claim: str, idnat: str | None = None) -> Somebody:
        """Make a person whom nobody has met, with an activated phone or, without a password for one, with none.

        Args:
            persona: key of the persona to make them after.
            password: four digits, of the phone; None for somebody whose e-CPS is not activated.
            identity_claim: the claim by which the portal names people.
            idnat: what the person is to be called; by default an RPPS number of their own.
        """
        wanted = {"idnat": idnat, "password": password}
        body = {"template": persona, **{name: value for name, value in wanted.items() if value is not None}}
        said = self.ask("POST", "/people", body)
        claims = said["claims"]
        return Somebody(
            idnat=said["idnat"],
            identity=str(claims.get(identity_claim, said["idnat"])),
            claims=claims,
            device=said["device"] or "",
        )

    def phone(self, idnat: str, password: str, name: str | None = None) -> str:
        """Give somebody of the directory one more activated phone, called ``name``, and return its id.

        Raises:
            ControlFailed: nobody has that idnat, or the password is not of four digits.
        """
        named = {} if name is None else {"name": name}
        return str(self.ask("POST", "/phones", {"idnat": idnat, "password": password, **named})["device"])

    def phones(self, idnat: str | None = None) -> list[dict[str, Any]]:
        """Return the activated phones of one person, or of everybody, oldest first, as the control API writes them.

        Raises:
            ControlFailed: nobody has that idnat.
        """
        found: list[dict[str, Any]] = self.ask("GET", "/phones", params=_of(idnat))["phones"]
        return found

    def lose(self, device: str, *, lost: bool = True) -> None:
        """Lose a phone, or find it again."""
        self.ask("POST", f"/phones/{device}/lost", {"lost": lost})

    def waiting(self, idnat: str | None = None) -> list[dict[str, Any]]:
        """Return what waits for an answer of one person, or of anybody, oldest first, as the control API writes it.

        Raises:
            ControlFailed: nobody has that idnat.
        """
        found: list[dict[str, Any]] = self.ask("GET", "/requests", params=_of(idnat))["requests"]
        return found

    def answer(self, idnat: str, answer: str, login_id: str | None = None) -> None:
        """Answer what waits for a person: ``approve``, ``refuse`` or ``wrong-number``; the latest, or one login's."""
        meant = {} if login_id is None else {"login_id": login_id}
        self.ask("POST", "/answers", {"idnat": idnat, "answer": answer, **meant})

    def habit(self, habit: str | None, *, after: float = 0, **whose: str) -> None:
        """Have requests answered by themselves, ``after`` seconds later; None ends it.

        Args:
            habit: ``approve``, ``refuse``, ``wrong-number`` or ``ignore``.
            after: seconds.
            whose: ``idnat`` of a person, ``persona`` for everybody made after it, or ``login_id`` of one login.

        Raises:
            ControlFailed: nobody, or no persona, is called that.
        """
        self.ask("POST", "/habits", {**whose, "habit": habit, "after": after})

    def activation(self, idnat: str) -> str:
        """Begin a demande d'activation without a portal, and return the address of its page on the computer."""
        return str(self.ask("POST", "/activations", {"idnat": idnat})["url"])

    def logout_token(self, login_id: str, *, kind: str = "logout") -> LogoutToken:
        """Return the logout token of a login that stands, with its lies; the PSC session itself goes on.

        Args:
            login_id: the login.
            kind: ``logout``, or ``id`` for the ID token of the same login.
        """
        said = self.ask("POST", "/logout-tokens", {"login_id": login_id, "kind": kind})
        return LogoutToken(value=said["token"], iss=said["iss"], sid=said["sid"])

    def register(self, client_id: str, secret: str, redirect_uris: Sequence[str], after_logout: Sequence[str], name: str = "", *, ciba: bool = False, certificate_sha256: str = "") -> None:  # fmt: skip  # noqa: E501
        """Make a portal known."""
        body: dict[str, Any] = {
            "client_id": client_id,
            "client_secret": secret,
            "redirect_uris": list(redirect_uris),
            "post_logout_redirect_uris": list(after_logout),
            "name": name,
            "ciba": ciba,
        }
        if certificate_sha256:
            body |= {"authentication": "either", "certificate_sha256": certificate_sha256}
        self.ask("POST", "/clients", body)

    def mint(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return a portal's token response for somebody who never logged in.

        Args:
            wanted: ``client_id`` and ``idnat``, and optionally ``scope``, ``nonce`` and ``means``.
        """
        tokens: dict[str, Any] = self.ask("POST", "/mint", dict(wanted))
        return tokens

    def advance(self, seconds: float | None) -> None:
        """Move the provider's clock by a number of seconds, or set it back to real time with None."""
        self.ask("POST", "/clock", {"advance": seconds})


def _of(idnat: str | None) -> dict[str, str] | None:
    return None if idnat is None else {"idnat": idnat}


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
