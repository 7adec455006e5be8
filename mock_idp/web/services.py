"""The provider as one object: its parts, and the life of a login from authorization request to redirect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import OAuth2Error
from werkzeug.http import dump_cookie

from mock_idp.directory import Directory
from mock_idp.ecps.settings import EcpsSettings
from mock_idp.journal import Journal
from mock_idp.keys import SigningKeys
from mock_idp.people import FRESH_FIRST, Person, builtin_people, fresh_person
from mock_idp.protocol import Client, Exchange, PscServer, Reply
from mock_idp.protocol.exchange import PscRequest
from mock_idp.protocol.registry import PROVIDER, SIGNING_KEYS
from mock_idp.protocol.request_rules import may_reuse
from mock_idp.protocol.tokens import Bearer, Grant, Means, SpentCode
from mock_idp.store import FOR_GOOD, MemoryStore, Store
from mock_idp.web.card_reader import CardReader, CardReaderError
from mock_idp.web.login import Login, LoginGoneError
from mock_idp.web.logout_senders import tell_portals
from mock_idp.web.outage import Outage
from mock_idp.web.voice import Plans
from mock_idp.web.world import Clock, Patience, SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mock_idp.deviations import Told
    from mock_idp.protocol.exchange import FormPairs
    from mock_idp.protocol.sessions import PscSession
    from mock_idp.settings import Settings
    from mock_idp.web.tls_doors import TlsDoors

__all__ = ["SESSION_COOKIE", "CardReader", "CardReaderError", "Login", "LoginGoneError", "Provider"]

SESSION_COOKIE = "psc_session"
COOKIE_SECRET = "cookie-secret"  # noqa: S105  the name of a record
COOKIE_SECRET_OCTETS = 32


class Provider:
    """Everything that the routes need."""

    def __init__(
        self,
        *,
        settings: Settings,
        clients: tuple[Client, ...] = (),
        ecps: EcpsSettings | None = None,
        store: Store | None = None,
        clock: Clock | None = None,
        keys: SigningKeys | None = None,
        people: tuple[Person, ...] | None = None,
        card_anchors: tuple[bytes, ...] = (),
        card_intermediates: tuple[bytes, ...] = (),
        card_crls: Callable[[datetime], tuple[bytes, ...]] | None = None,
        card_reader: CardReader | None = None,
        control_token: str | None = None,
    ) -> None:
        """Assemble a provider.

        Args:
            settings: where it stands and how long things last.
            clients: portals that it knows from the start.
            ecps: limits of the e-CPS journeys.
            store: where it remembers; in memory if not given.  Whoever opened it closes it.
            clock: its time; real time if not given.
            keys: its signing keys, unless the store has some; fresh ones if not given.
            people: its directory, beside those whom the store remembers; the built-in personas if not given.
            card_anchors: DER roots that a card's certificate may chain to.
            card_intermediates: DER authorities between a root and a card.
            card_crls: gives the DER revocation lists in force at a moment, or None when nobody publishes any.
            card_reader: a simulated reader for people without one, or None.
            control_token: what callers of the control API must present, or None on loopback.
        """
        self.settings = settings
        self.ecps = ecps or EcpsSettings()
        self.store: Store = store or MemoryStore()
        self.clock = clock or Clock()
        self.clock.keep_in(self.store)
        self.entropy = SystemEntropy()
        self.directory = Directory(builtin_people() if people is None else people, self.store)
        self.journal = Journal(salt=self.entropy.octets(16))
        self.plans = Plans()
        self.patience = Patience()
        self.outage = Outage()
        self.tls_doors: TlsDoors | None = None
        self.card_anchors = card_anchors
        self.card_intermediates = card_intermediates
        self.card_crls = card_crls
        self.card_reader = card_reader
        self.control_token = control_token
        kept = self.store.get(PROVIDER, SIGNING_KEYS, now=FOR_GOOD)
        self.server = PscServer(
            settings=settings,
            store=self.store,
            keys=kept or keys or SigningKeys.generate(),
            directory=self.directory,
        )
        self.server.on_session_end = lambda session: tell_portals(self, session)
        for client in clients:
            self.server.introduce(client)

    @property
    def keys(self) -> SigningKeys:
        """Return the keys that sign and are published now."""
        return self.server.keys

    def cookie_secret(self) -> bytes:
        """Return what the browsers' cookies are signed with, the same for every process that shares the store."""
        fresh = self.entropy.octets(COOKIE_SECRET_OCTETS)
        self.store.compare_and_set(PROVIDER, COOKIE_SECRET, None, fresh, now=FOR_GOOD)
        return self.store.get(PROVIDER, COOKIE_SECRET, now=FOR_GOOD) or fresh

    # -- people

    def fresh_person(self, template: str, *, idnat: str | None = None, formerly: Person | None = None) -> Person:
        """Make a person whom nobody has met, after a persona.

        Args:
            template: key of the persona.
            idnat: what the person is to be called; by default an identifier of the persona's kind.
            formerly: somebody whose account is merged into the new one.

        Raises:
            PeopleError: no such persona, somebody has that idnat, or the test block is used up.
        """
        now = self.clock.now()
        pattern = self.directory.template(template)
        while True:
            counter: int = self.store.get("counters", "people", now=now) or FRESH_FIRST
            kept = None if counter == FRESH_FIRST else counter
            if self.store.compare_and_set("counters", "people", kept, counter + 1, now=now):
                person = fresh_person(pattern, counter, formerly)
                person = replace(person, idnat=idnat or person.idnat)
                self.directory.add(person)
                return person

    # -- logins

    def exchange(
        self,
        login_id: str | None,
        heard: Callable[[tuple[Told, ...]], None],
        *,
        method: str = "GET",
        url: str,
        query: FormPairs = (),
        form: FormPairs = (),
        headers: dict[str, str] | None = None,
        certificate: bytes | None = None,
    ) -> Exchange:
        """Return a request as the protocol sees it, with this provider's time, chance and voice for that login."""
        return Exchange(
            method=method,
            url=url,
            query=query,
            form=form,
            headers=headers or {},
            certificate=certificate,
            now=self.clock.now(),
            entropy=self.entropy,
            voice=self.plans.voice(login_id, heard),
        )

    def begin(self, client: Client, params: FormPairs, *, scenario: str | None) -> Login:
        """Remember an accepted authorization request.

        Args:
            client: the portal.
            params: its request.
            scenario: value of the scenario cookie; it binds the lies armed under it to this login.
        """
        asked = dict(params).get("ui_locales", "").split()
        login = Login(
            login_id=self.entropy.token(16),
            client_id=client.client_id,
            params=params,
            started_at=self.clock.now(),
            language=next((tag[:2] for tag in asked if tag[:2] in {"fr", "en"}), None),
        )
        self.store.purge(now=login.started_at)
        self.plans.bind(scenario, login.login_id)
        until = login.started_at + self.settings.login_lifetime
        self.store.put("logins", login.login_id, login, expires_at=until)
        return login

    def login(self, login_id: str) -> Login:
        """Return a login that still waits.

        Raises:
            LoginGoneError: it is over, was answered, or never was.
        """
        kept: Login | None = self.store.get("logins", login_id, now=self.clock.now())
        if kept is None or kept.answered:
            raise LoginGoneError
        return kept

    def complete(
        self,
        login_id: str,
        idnat: str,
        heard: Callable[[tuple[Told, ...]], None],
        *,
        means: Means = Means.MOBILE,
    ) -> Reply:
        """Answer a login for a person who approved it: a redirect to the portal with a code.

        The browser is given the cookie of the PSC session that begins.

        Raises:
            LoginGoneError: the portal has had its answer, or the login is over.
        """
        login = self._answer(login_id)
        session = self.server.sessions.open(idnat=idnat, means=means, entropy=self.entropy, now=self.clock.now())
        reply = self._granted(login, session, heard)
        if not self.settings.single_sign_on:
            return reply
        return replace(reply, headers=(*reply.headers, ("Set-Cookie", self._session_cookie(session))))

    def reuse(self, login: Login, cookie: str | None, heard: Callable[[tuple[Told, ...]], None]) -> Reply | None:
        """Answer a login from the PSC session of a browser, if there is one and the portal lets it do.

        Returns:
            The redirect with a code, the error of a portal that wanted no question asked, or None when the person must
            be asked.
        """
        now = self.clock.now()
        session = self.server.sessions.of_cookie(cookie, now=now) if self.settings.single_sign_on else None
        exchange = self.exchange(login.login_id, heard, url=self.settings.authorization_endpoint, query=login.params)
        request = PscRequest(exchange)
        try:
            if not may_reuse(session, request.payload.data, now=now) or session is None:
                return None
        except OAuth2Error as error:
            self._answer(login.login_id)
            error.redirect_uri = request.payload.redirect_uri
            return self.server.handle_error_response(request, error)
        return self._granted(self._answer(login.login_id), session, heard)

    def _granted(self, login: Login, session: PscSession, heard: Callable[[tuple[Told, ...]], None]) -> Reply:
        self.server.sessions.join(session.session_id, login.client_id, login.login_id, now=self.clock.now())
        grant = Grant(
            login_id=login.login_id,
            session_id=session.session_id,
            client_id=login.client_id,
            idnat=session.idnat,
            scope="",
            nonce=None,
            auth_time=session.started_at,
            means=session.means,
        )
        exchange = self.exchange(login.login_id, heard, url=self.settings.authorization_endpoint, query=login.params)
        return self.server.answer_authorization(exchange, grant)

    def _session_cookie(self, session: PscSession) -> str:
        secure = self.settings.wallet_base.startswith("https:")
        return dump_cookie(SESSION_COOKIE, session.cookie, httponly=True, samesite="Lax", secure=secure)

    def deny(self, login_id: str, heard: Callable[[tuple[Told, ...]], None]) -> Reply:
        """Answer a login that the person gave up or refused: ``access_denied`` to the portal.

        Raises:
            LoginGoneError: the portal has had its answer, or the login is over.
        """
        login = self._answer(login_id)
        exchange = self.exchange(login_id, heard, url=self.settings.authorization_endpoint, query=login.params)
        return self.server.answer_authorization(exchange, None)

    def login_of_token_request(self, form: FormPairs) -> str | None:
        """Return the login that the code or refresh token of a token request comes from, so that its lies follow it."""
        members = dict(form)
        now = self.clock.now()
        code: SpentCode | None = self.store.get("codes", members.get("code", ""), now=now)
        if code is not None:
            return code.grant.login_id
        asked = self.server.ciba.find(members.get("auth_req_id"), now=now)
        return asked.login_id if asked else self.login_of_token(members.get("refresh_token", ""))

    def login_of_token(self, token: str) -> str | None:
        """Return the login that an access or a refresh token comes from."""
        now = self.clock.now()
        found = (self.store.get(table, token, now=now) for table in ("access", "refresh"))
        kept: Bearer | None = next((bearer for bearer in found if bearer is not None), None)
        return kept.grant.login_id if kept else None

    def _answer(self, login_id: str) -> Login:
        login = self.login(login_id)
        now = self.clock.now()
        until = login.started_at + self.settings.login_lifetime
        if not self.store.compare_and_set(
            "logins", login_id, login, replace(login, answered=True), now=now, expires_at=until
        ):
            raise LoginGoneError
        return login
