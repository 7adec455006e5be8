"""The miniature portal itself: a few pages, one login, and at most one thing forgotten (FICTIF, SIMULATEUR)."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, jsonify, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from conformance.miniatures.certificate import BY_CERTIFICATE
from conformance.miniatures.checks import Checks
from conformance.miniatures.ciba_pages import CibaPages
from conformance.miniatures.compiled import PAGES
from conformance.miniatures.defects import Defect
from conformance.miniatures.logins import Logins
from conformance.miniatures.portal_time import CLOCK_PATH, PortalTime
from conformance.miniatures.practice import situation, structure
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.provider import Provider
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.renewal import Renewal
from conformance.miniatures.responses import LoginAgain, ResponseFacts, code_of
from conformance.miniatures.rules import Crash
from conformance.miniatures.sessions import Who
from conformance.miniatures.single_logout import BACKCHANNEL_PATH, FRONTCHANNEL_PATH, SingleLogout
from conformance.miniatures.slipping_sessions import SlippingSessions
from conformance.miniatures.slips import Slips
from conformance.miniatures.userinfo_rules import identifier
from conformance.miniatures.visitors import HOME, cookie_name, keep_private, own_address, see, set_cookie, spelt
from conformance.miniatures.way_out import WayOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.provider import Pending

__all__ = ["cookie_name", "create_portal"]

_SIGNS_COMPARED: Final = 20


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
    app.jinja_options = {**app.jinja_options, "bytecode_cache": PAGES}
    time_there = PortalTime(clock, monotonic)
    monotonic = time_there.monotonic
    portal = _Portal(app, config, defect, clock=time_there.clock, monotonic=monotonic)
    defect = portal.defect
    app.add_url_rule("/", view_func=portal.home)
    app.add_url_rule("/sign-in", view_func=portal.sign_in)
    app.add_url_rule("/login", view_func=portal.login)
    posted = ["GET", "POST"] if defect is Defect.ACCEPTS_POSTED_RESPONSE else ["GET"]
    app.add_url_rule("/callback", view_func=portal.callback, methods=posted)
    app.add_url_rule("/me", view_func=portal.me)
    linked = ["GET", "POST"] if defect is Defect.LOGS_OUT_ON_LINK else ["POST"]
    app.add_url_rule("/logout", view_func=portal.logout, methods=linked)
    app.add_url_rule("/logged-out", view_func=portal.logged_out)
    app.add_url_rule("/refresh", "refresh", lambda: portal.renewal.page(portal.sid), methods=["POST"])
    app.add_url_rule("/forget", "forget", portal.forget, methods=["POST"])
    app.add_url_rule(CLOCK_PATH, "clock", lambda: time_there.page(portal.forget), methods=["POST"])
    app.add_url_rule(BACKCHANNEL_PATH, view_func=portal.single_logout.backchannel, methods=["POST"])
    who = portal.sessions.who
    app.add_url_rule(FRONTCHANNEL_PATH, "frame", lambda: portal.single_logout.frontchannel(who(portal.sid)))
    CibaPages(app, portal, monotonic=monotonic)
    app.after_request(lambda answer: keep_private(answer, defect, path=request.path, issuer=config.issuer))
    app.register_error_handler(Refused, portal.refused)
    app.register_error_handler(LoginAgain, lambda _: see("/login"))
    app.register_error_handler(HTTPException, portal.http_error)
    app.register_error_handler(Exception, portal.broken)
    # Authlib logs verifiers and tokens at debug level; nothing of the kind may reach a handler of the host program.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    return app


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
        self.any_defect = defect
        self.defect = None if isinstance(defect, PropertyDefect) else defect
        self.clock = clock
        self.slips = Slips(defect)
        self.sessions = SlippingSessions(defect, monotonic=monotonic)
        self.logins = Logins(self.sessions, self.defect)
        self.provider = Provider(app, config, self.defect, monotonic=monotonic)
        self.renewal = Renewal(self.provider, self.sessions, self.defect)
        self.cookie = cookie_name(config.public_base_url)
        published = self.provider.keyring
        self.keys = replace(published, refetched=lambda: self.sessions.look_for_key(published.refetched))
        self.single_logout = SingleLogout(config, defect, self.sessions, self.keys, clock=clock)
        self.last: Who | None = None
        self.way_out = WayOut(self.provider, self.defect)

    @property
    def sid(self) -> str | None:
        shown = request.cookies.get(self.cookie)
        altered = self.defect is Defect.COMPARES_PART_OF_COOKIE
        return self.sessions.resembling(shown, _SIGNS_COMPARED) if altered else shown

    def forget(self) -> Response:
        self.provider.published.forget()
        return make_response("", 204)

    def home(self) -> Response:
        self.looked_around()
        who = self.sessions.who(self.sid)
        if self.defect is Defect.LOGS_OUT_OF_PSC_ON_TIMEOUT and (gone := self.sessions.timed_out(self.sid)) is not None:
            return see(self.way_out.of(gone, secrets.token_urlsafe(32)))
        return self.page("home", who=who, name=spelt(self.slips.name(who.claims), self.defect) if who else "")

    def sign_in(self) -> Response:
        self.looked_around()
        return self.page("sign-in")

    def looked_around(self) -> None:
        """Take note that somebody looks at a page of the portal; a login under way in another tab goes on."""
        if self.defect is Defect.FORGETS_LOGIN_ON_ANOTHER_PAGE:
            self.sessions.drop_pending(self.sid)

    def login(self) -> Response:
        known = self.logins.remembered(self.sid)
        if known is not None:
            return self.with_session(see(HOME), self.sessions.log_in(self.sid, known))
        began = self.provider.begin(own_address(request.args.get("next", HOME), self.defect), request.args)
        url, pending = self.sessions.began(*began)
        pending = replace(pending, by_certificate=BY_CERTIFICATE in request.args)
        return self.with_session(see(url), self.logins.expect(self.sid, pending))

    def callback(self) -> Response:
        values = request.values
        if not values and self.defect is Defect.CRASHES_ON_BARE_CALLBACK:
            raise Crash
        state = values.get("state", "")
        answered = self.sessions.remembered(state)
        if answered is not None:
            return self.with_session(see(HOME), self.sessions.log_in(self.sid, answered, state=state))
        pending = self.logins.take(self.sid, values.get("state"))
        facts = ResponseFacts(
            values=dict(values.lists()),
            issuer=self.config.issuer,
            names_issuer=self.provider.advertises_issuer(),
        )
        who = self.identify(code_of(facts, self.defect), pending)
        self.last = who
        again = pending if self.defect is Defect.REDEEMS_CODE_TWICE else None
        rename = self.defect is not Defect.KEEPS_SESSION_NAME
        answer = see(pending.leads_to)
        if self.defect is Defect.STAYS_ON_CALLBACK_PAGE:
            answer = self.page("logged-in")
        return self.with_session(answer, self.sessions.log_in(self.sid, who, again=again, rename=rename, state=state))

    def me(self) -> Response:
        who = self.sessions.who(self.sid)
        if who is not None and self.defect is Defect.SHOWS_LAST_PERSON:
            who = self.last
        if self.defect is Defect.CLOSES_SESSION_DURING_OUTAGE:
            try:
                self.provider.advertises_issuer()
            except Refused:
                self.sessions.close(self.sid)
                raise
        if who is None:
            return make_response(jsonify(error="anonymous"), 401)
        return jsonify(identifier=who.identifier, claims=who.claims)

    def logout(self) -> Response:
        who = self.sessions.who(self.sid)
        if who is None:
            return see("/")
        state = "deconnexion" if self.defect is Defect.SENDS_FIXED_LOGOUT_STATE else secrets.token_urlsafe(32)
        answer = see(self.way_out.of(who, state))
        if self.defect is Defect.KEEPS_SESSION_AFTER_LOGOUT:
            return answer
        if self.defect is Defect.CLOSES_SESSION_ON_RETURN:
            self.sessions.expect_back(self.sid, state)
            return answer
        self.sessions.close(self.sid)
        if self.defect is Defect.LOGS_EVERYBODY_OUT:
            self.sessions.close_all()
        left = self.sessions.leave(state)
        self.logins.remember(left, who)
        return self.with_session(answer, left)

    def logged_out(self) -> Response:
        state = request.args.get("state")
        waited_for = self.sessions.came_back(self.sid, state)
        if self.defect is Defect.CLOSES_SESSION_ON_RETURN:
            self.sessions.close(self.sid)
        if not waited_for and self.defect is Defect.CRASHES_ON_OTHER_LOGOUT_STATE and state is not None:
            raise KeyError("state")
        if state is None and self.defect is Defect.CRASHES_WITHOUT_LOGOUT_STATE:
            raise KeyError("state")
        locally = not request.args and self.sessions.who(self.sid) is None
        if not (waited_for or locally or self.defect is Defect.KEEPS_SESSION_AFTER_LOGOUT):
            raise Refused(Reason.LOGOUT_STATE)
        return self.page("logged-out")

    def identify(self, code: str, pending: Pending) -> Who:
        """Return the person whom the provider vouches for."""
        tokens = self.provider.redeem(code, pending)
        who = self.vouched(tokens, nonce=pending.nonce, defect=self.any_defect)
        self.sessions.redeemed(lambda: self.provider.redeem(code, pending))
        return who

    def vouched(self, tokens: dict[str, Any], *, nonce: str | None, defect: AnyDefect | None) -> Who:
        """Return the person of a token response, whichever flow it comes from.

        Args:
            tokens: the response.
            nonce: sent with the login, None for none.
            defect: what is forgotten of the checks.
        """
        checks = Checks(
            config=self.config,
            defect=defect,
            now=self.clock(),
            nonce=nonce,
            former_nonces=self.logins.former_nonces(self.sid),
        )
        id_token = checks.id_token(tokens, self.keys)
        answer = self.provider.userinfo(tokens["access_token"])
        claims = checks.userinfo(replace(answer, claims=self.slips.received(answer.claims)), id_token)
        named = identifier(claims, self.defect) if self.any_defect is self.defect else self.slips.identifier(claims)
        before = self.sessions.who(self.sid)
        return Who(
            identifier=self.logins.account(named, claims),
            claims=self.slips.profile(named, claims, before.claims if before else {}),
            situation=situation(claims, self.slips),
            structure=structure(claims, self.slips),
            id_token=str(tokens.get("id_token", "")),
            access_token=str(tokens["access_token"]),
            refresh_token=str(tokens.get("refresh_token", "")),
            sub=str(id_token.get("sub", "")),
            sid=str(id_token.get("sid", "")),
        )

    def refused(self, refusal: Refused) -> Response:
        self.sessions.refused(self.sid)
        text = refusal.text(self.config.language)
        if self.defect is Defect.SHOWS_ERROR_DESCRIPTION_AS_MARKUP:
            text = Markup(request.args.get("error_description", text))  # noqa: S704  # the defect itself
        return self.page("refused", self.config.refusal_status or refusal.status, refusal=refusal, text=text)

    def http_error(self, error: HTTPException) -> Response:
        answer = self.refused(Refused(Reason.NOT_FOUND))
        answer.status_code = error.code or 404
        return answer

    def broken(self, _: Exception) -> Response:
        # The process boundary: what a defect, or a mistake of ours, breaks becomes a page without a trace.
        refusal = Refused(Reason.BROKEN)
        return self.page("refused", refusal.status, refusal=refusal, text=refusal.text(self.config.language))

    def page(self, kind: str, status: int = 200, **values: object) -> Response:
        text = render_template(
            "portal.html", kind=kind, french=self.config.language != "en", defect=self.any_defect, **values
        )
        return make_response(text, status)

    def with_session(self, answer: Response, name: str) -> Response:
        secure = self.config.public_base_url.startswith("https:")
        set_cookie(answer, self.cookie, name, secure=secure, defect=self.defect)
        return answer
