"""The miniature portal itself: a few pages, one login, and at most one thing forgotten (FICTIF, SIMULATEUR)."""

from __future__ import annotations

import logging
import secrets
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from conformance.miniatures.checks import Checks, Keyring
from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.provider import Provider
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.sessions import Who
from conformance.miniatures.slipping_sessions import SlippingSessions
from conformance.miniatures.slips import Slips

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.provider import Pending

_ONCE: Final = ("code", "state", "iss", "error")


def create_portal(
    config: PortalConfig,
    defect: AnyDefect | None = None,
    *,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> Flask:
    """Return a portal as a WSGI application: the correct one, or the one with this defect.

    Args:
        config: provider, registration, own address.
        defect: the one thing it forgets, None for nothing.
        clock: seconds since 1970, compared with the times in tokens.
        monotonic: seconds that only move forward, for sessions and caches.
    """
    app = Flask("conformance.miniatures")
    app.logger.disabled = True
    portal = _Portal(app, config, defect, clock=clock, monotonic=monotonic)
    app.add_url_rule("/", view_func=portal.home)
    app.add_url_rule("/sign-in", view_func=portal.sign_in)
    app.add_url_rule("/login", view_func=portal.login)
    app.add_url_rule("/callback", view_func=portal.callback)
    app.add_url_rule("/me", view_func=portal.me)
    app.add_url_rule("/logout", view_func=portal.logout, methods=["POST"])
    app.add_url_rule("/logged-out", view_func=portal.logged_out)
    app.after_request(_keep_private)
    app.register_error_handler(Refused, portal.refused)
    app.register_error_handler(HTTPException, portal.http_error)
    app.register_error_handler(Exception, portal.broken)
    # Authlib logs verifiers and tokens at debug level; nothing of the kind may reach a handler of the host program.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    return app


def cookie_name(public_base_url: str) -> str:
    """Return the name of a portal's session cookie; cookies know no port, so two portals on one host differ by name."""
    return f"portail_fictif_{urlsplit(public_base_url).port or 0}"


class _Portal:
    """The pages, and what they share."""

    def __init__(
        self,
        app: Flask,
        config: PortalConfig,
        defect: AnyDefect | None,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.config = config
        self.defect = defect
        self.clock = clock
        self.slips = Slips(defect)
        self.sessions = SlippingSessions(defect, monotonic=monotonic)
        known = None if isinstance(defect, PropertyDefect) else defect
        self.provider = Provider(app, config, known, monotonic=monotonic)
        self.cookie = cookie_name(config.public_base_url)

    @property
    def sid(self) -> str | None:
        return request.cookies.get(self.cookie)

    def home(self) -> Response:
        who = self.sessions.who(self.sid)
        return self.page("home", who=who, name=self.slips.name(who.claims) if who else "")

    def sign_in(self) -> Response:
        return self.page("sign-in")

    def login(self) -> Response:
        url, pending = self.sessions.began(*self.provider.begin())
        return self.with_session(_see(url), self.sessions.expect(self.sid, pending))

    def callback(self) -> Response:
        state = request.args.get("state", "")
        known = self.sessions.remembered(state)
        if known is not None:
            return self.with_session(_see("/"), self.sessions.log_in(self.sid, known, state=state))
        pending = self.take_pending()
        code = self.read_response()
        who = self.identify(code, pending)
        again = pending if self.defect is Defect.REDEEMS_CODE_TWICE else None
        return self.with_session(_see("/"), self.sessions.log_in(self.sid, who, again=again, state=state))

    def me(self) -> Response:
        who = self.sessions.who(self.sid)
        if who is None:
            return make_response(jsonify(error="anonymous"), 401)
        return jsonify(identifier=who.identifier, claims=who.claims)

    def logout(self) -> Response:
        who = self.sessions.who(self.sid)
        if who is None:
            return _see("/")
        state = secrets.token_urlsafe(32)
        answer = _see(self.way_out(who, state))
        if self.defect is Defect.KEEPS_SESSION_AFTER_LOGOUT:
            return answer
        self.sessions.close(self.sid)
        return self.with_session(answer, self.sessions.leave(state))

    def logged_out(self) -> Response:
        waited_for = self.sessions.came_back(self.sid, request.args.get("state"))
        locally = not request.args and self.sessions.who(self.sid) is None
        if not (waited_for or locally or self.defect is Defect.KEEPS_SESSION_AFTER_LOGOUT):
            raise Refused(Reason.LOGOUT_STATE)
        return self.page("logged-out")

    def take_pending(self) -> Pending:
        """Consume the login that the response belongs to, before anything else of the response is looked at."""
        state = request.args.get("state")
        if state is None and self.defect is Defect.ACCEPTS_MISSING_STATE:
            state = self.sessions.newest(self.sid)
        pending = self.sessions.take(self.sid, state) if state is not None else None
        if pending is None and state is not None and self.defect is Defect.ACCEPTS_WRONG_STATE:
            newest = self.sessions.newest(self.sid)
            pending = self.sessions.take(self.sid, newest) if newest else None
        if pending is None:
            raise Refused(Reason.STATE)
        return pending

    def read_response(self) -> str:
        """Return the code of an authorization response that comes from this provider and is no error."""
        values = request.args
        if any(len(values.getlist(name)) > 1 for name in _ONCE):
            raise Refused(Reason.RESPONSE)
        if "error" in values and self.defect is Defect.CRASHES_ON_ERROR_RESPONSE:
            return values.to_dict()["code"]
        if "error" in values:
            raise Refused(Reason.DECLINED if values["error"] == "access_denied" else Reason.PROVIDER_ERROR)
        self.compare_issuer(values.get("iss"))
        if not values.get("code"):
            raise Refused(Reason.RESPONSE)
        return values["code"]

    def compare_issuer(self, iss: str | None) -> None:
        """Compare the response's issuer, which must be there if the provider says that it always is (RFC 9207 2.4)."""
        if iss is None and self.provider.advertises_issuer():
            raise Refused(Reason.RESPONSE_ISS)
        if iss not in {None, self.config.issuer} and self.defect is not Defect.IGNORES_ISSUER_PARAMETER:
            raise Refused(Reason.RESPONSE_ISS)

    def identify(self, code: str, pending: Pending) -> Who:
        """Return the person whom the provider vouches for."""
        tokens = self.provider.redeem(code, pending)
        checks = Checks(config=self.config, defect=self.defect, now=self.clock())
        keys = Keyring(known=self.provider.keys, refetched=self.provider.refetched_keys)
        id_token = checks.id_token(tokens.get("id_token"), nonce=pending.nonce, keys=keys)
        answer = self.slips.received(self.provider.userinfo(tokens["access_token"]))
        claims = checks.userinfo(answer, id_token)
        identifier = self.slips.identifier(claims)
        before = self.sessions.who(self.sid)
        self.sessions.redeemed(lambda: self.provider.redeem(code, pending))
        return Who(
            identifier=identifier,
            claims=self.slips.profile(identifier, claims, before.claims if before else {}),
            situation=self.situation(claims),
            structure=self.structure(claims),
            id_token=tokens["id_token"],
        )

    def situation(self, claims: dict[str, Any]) -> str | None:
        """Return the code of the first profession; somebody in training, for instance, may have none."""
        if self.defect is Defect.CRASHES_WITHOUT_PROFESSIONAL_SITUATION:
            return str(claims["SubjectRefPro"]["exercices"][0]["codeProfession"])
        try:
            code = str(claims["SubjectRefPro"]["exercices"][0]["codeProfession"])
        except (KeyError, IndexError, TypeError):
            return None
        return self.slips.profession(code)

    def structure(self, claims: dict[str, Any]) -> tuple[str, str] | None:
        """Return role and name of the structure of the first activity, which belong together."""
        try:
            activities = claims["SubjectRefPro"]["exercices"][0]["activities"]
            return str(activities[0]["codeRole"]), str(self.slips.place(activities)["raisonSocialeSite"])
        except (KeyError, IndexError, TypeError):
            return None

    def way_out(self, who: Who, state: str) -> str:
        """Return where the browser goes to log out; with the provider down, the local session ends all the same."""
        if self.defect is Defect.LOGS_OUT_LOCALLY_ONLY:
            return "/logged-out"
        try:
            return self.provider.logout_url(who.id_token, state)
        except Refused:
            return "/logged-out"

    def refused(self, refusal: Refused) -> Response:
        self.sessions.refused(self.sid)
        return self.page("refused", refusal.status, refusal=refusal, text=refusal.text(self.config.language))

    def http_error(self, error: HTTPException) -> Response:
        answer = self.refused(Refused(Reason.NOT_FOUND))
        answer.status_code = error.code or 404
        return answer

    def broken(self, _: Exception) -> Response:
        # The process boundary: what a defect, or a mistake of ours, breaks becomes a page without a trace.
        return self.refused(Refused(Reason.BROKEN))

    def page(self, kind: str, status: int = 200, **values: object) -> Response:
        text = render_template(
            "portal.html", kind=kind, french=self.config.language != "en", defect=self.defect, **values
        )
        return make_response(text, status)

    def with_session(self, answer: Response, name: str) -> Response:
        secure = self.config.public_base_url.startswith("https:")
        answer.set_cookie(self.cookie, name, httponly=True, samesite="Lax", secure=secure, path="/")
        return answer


def _see(url: str) -> Response:
    # No body: the usual one repeats the address, and with it the state or the token.
    return Response("", 303, {"Location": url})


def _keep_private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    )
    return answer
