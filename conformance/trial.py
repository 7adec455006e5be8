"""One scenario against one portal: fresh people, the honest logins around it, and what its function does in between."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.ciba_visit import CibaVisit
from conformance.control import LONGEST_WAIT
from conformance.evidence import Attempt, Evidence, Finding, Identified, Role, Somebody
from conformance.exit_codes import OutOfReach
from conformance.facts import known_facts, said_of
from conformance.visit import Visit, landing_of
from conformance.workstation import PASSWORD
from mock_idp.artefacts import ISSUER_WIDE
from mock_idp.deviations import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.agent import UserAgent
    from conformance.evidence import Seen
    from conformance.portal import AuthorizationRequest
    from conformance.scenario import Scenario
    from conformance.visit import Lab
    from mock_idp.artefacts import Json
    from mock_idp.deviations import Deviation

CONTROL_PERSONA = "medecin-liberal"
SERVER_ERROR = 500
_FLAWS = ("none", "unknown-authority", "expired", "other-name")
GATEWAY_ERRORS = frozenset({502, 503, 504})


class Trial:
    """What the function of a scenario works with."""

    def __init__(self, card: Scenario, lab: Lab) -> None:
        """Prepare a scenario; nobody has logged in yet."""
        self.card = card
        self.lab = lab
        self.attempts: list[Attempt] = []
        self.findings: list[Finding] = []
        self.visits: list[Visit] = []
        self._victim: Somebody | None = None
        self._armed = 0
        self._trap = secrets.token_hex(8)
        self._everywhere: str | None = None

    @cached_property
    def person(self) -> Somebody:
        """The person who logs in; nobody met them before."""
        return self.draw(self.card.persona)

    @property
    def victim(self) -> Somebody:
        """The other person of the case, whom nobody approves for; drawn when first named."""
        if self._victim is None:
            self._victim = self.draw(CONTROL_PERSONA)
        return self._victim

    def draw(self, persona: str, *, idnat: str | None = None, phone: bool = True) -> Somebody:
        """Draw one more person, with an activated phone or without, under a given identifiant or one of their own."""
        password = PASSWORD if phone else None
        claim = self.lab.identity_claim
        return self.lab.control.person(persona=persona, password=password, identity_claim=claim, idnat=idnat)

    def visit(
        self,
        person: Somebody | None = None,
        *,
        browser: UserAgent | None = None,
        honest: bool = False,
        facts: Mapping[str, Json] | None = None,
    ) -> Visit:
        """Sit somebody down at a computer, with the scenario's lies armed for their login.

        Args:
            person: by default the scenario's own.
            browser: one that was used before.
            honest: arm nothing for this login.
            facts: what the scenario has learnt that its lies are to say, by name.
        """
        who = person or self.person
        told = () if honest else self.card.deviations
        if told:
            self.mislead_everybody(who, facts or {})
        mine = tuple(self._resolved(one, who, facts or {}) for one in told if one.seam not in ISSUER_WIDE)
        token = self.lab.control.arm(mine)
        self._armed += len(mine)
        visit = Visit(self.lab, who, token, browser=browser, everywhere=self._everywhere)
        self.visits.append(visit)
        return visit

    def mislead_everybody(self, person: Somebody | None = None, facts: Mapping[str, Json] | None = None) -> None:
        """Arm the scenario's lies of the issuer, and have the portal read anew; once, whoever asks.

        What is armed for the issuer holds for all visits until it is withdrawn.
        """
        wide = tuple(one for one in self.card.deviations if one.seam in ISSUER_WIDE)
        if not wide or self._everywhere is not None:
            return
        lies = tuple(self._resolved(one, person or self.person, facts or {}) for one in wide)
        self._everywhere = self.lab.control.arm(lies, issuer_wide=True)
        self._armed += len(lies)
        self.forget()

    def ciba(self, person: Somebody | None = None, *, honest: bool = False, role: Role = Role.TRIED) -> CibaVisit:
        """Sit somebody down before the portal's page for logins by CIBA, the scenario's lies armed for their request.

        Args:
            person: by default the scenario's own.
            honest: arm nothing for this login.
            role: what the login is for.
        """
        who = person or self.person
        mine = self._lies(who, honest=honest, facts={})
        self._armed += len(mine)
        visit = CibaVisit(self.lab, who, self.lab.control.arm(mine, login_hint=who.idnat), role=role)
        self.visits.append(visit)
        return visit

    def ciba_control(self) -> Attempt:
        """Log somebody new in by CIBA, honestly: without that a refusal in this flow proves nothing."""
        visit = self.ciba(self.draw(CONTROL_PERSONA), honest=True, role=Role.BEFORE)
        visit.log_in()
        return self.conclude(visit)

    def _lies(self, who: Somebody, *, honest: bool, facts: Mapping[str, Json]) -> tuple[Deviation, ...]:
        return () if honest else tuple(self._resolved(one, who, facts) for one in self.card.deviations)

    def log_in(self) -> Attempt:
        """Log in under the scenario's lies, from the portal's button to its who-am-I page."""
        visit = self.visit()
        visit.log_in()
        return self.conclude(visit)

    def requests(self, count: int) -> tuple[AuthorizationRequest, ...]:
        """Begin that many logins, each in a browser of its own, and return the requests that reached the provider."""
        found = (self.visit(honest=True).begin() for _ in range(count))
        return tuple(request for request in found if request is not None)

    def conclude(self, visit: Visit) -> Attempt:
        """Take a visit into the evidence."""
        attempt = visit.attempt()
        self.attempts.append(attempt)
        return attempt

    def control(self, role: Role) -> Attempt:
        """Log in honestly, with somebody new."""
        visit = Visit(self.lab, self.draw(CONTROL_PERSONA), self.lab.control.arm(()), role=role)
        self.visits.append(visit)
        visit.log_in()
        return self.conclude(visit)

    def close(self) -> None:
        """Close every browser of the scenario; what they did can still be read."""
        for visit in self.visits:
            visit.browser.close()

    def withdraw(self) -> None:
        """Take back what was armed for the issuer, so that whoever comes next meets an honest provider."""
        if self._everywhere is not None:
            self.lab.control.withdraw()
        if self.card.issuer_wide:
            self.forget()

    def forget(self) -> bool:
        """Have the portal forget what it read from the provider, in the gentlest way it has; False without one."""
        for _, reset in self.lab.resets:
            with suppress(OutOfReach):
                reset()
                return True
        return False

    @property
    def told(self) -> bool:
        """Tell whether every lie armed so far was really told; without that nothing can be concluded."""
        return sum(len(attempt.told) for attempt in self.attempts) >= self._armed

    def withstand(self, held: str = "") -> Attempt:
        """Log in under the scenario's lies, and note whether the portal bore them.

        It may log the right person in or refuse, as long as it says something orderly.  A page with 502, 503 or 504 is
        orderly as well: it says whose trouble it is (RFC 9110 15.6).  A portal that does not even send the browser to
        the provider is judged by the page that it shows instead.

        Args:
            held: endpoint whose answer the lie holds back; a portal may have given up on it, so it is let go first.
        """
        visit = self.visit()
        visit.log_in()
        if held:
            self.lab.control.release()
            login = self.lab.control.plan(visit.token).login_id or ""
            self.lab.control.journal(login, endpoint=held, wait=min(self.lab.patience, LONGEST_WAIT))
        landing = landing_of(visit.browser.page if visit.request is None else visit.page, self.lab.masks)
        attempt = self.conclude(visit)
        if landing is None or not self.told:
            # nothing is found, and so nothing concluded
            return attempt
        silent = bool(landing.trouble) or landing.loop
        status = landing.trouble or ("loop" if landing.loop else str(landing.status))
        orderly = not silent and (landing.status < SERVER_ERROR or landing.status in GATEWAY_ERRORS)
        self.finds(kept=orderly, fr=f"réponse du portail : {status}", en=f"the portal's answer: {status}")
        who = attempt.whoami
        if isinstance(who, Identified):
            right = who.identity == attempt.person.identity
            self.finds(
                kept=right,
                fr="la bonne personne est connectée" if right else "une autre personne est connectée",
                en="the right person is logged in" if right else "somebody else is logged in",
            )
        return attempt

    def recovers(self) -> Attempt:
        """Be honest again towards everybody, log somebody else in, and note whether the portal manages."""
        self.lab.control.withdraw()
        visit = self.visit(self.draw(CONTROL_PERSONA), honest=True)
        visit.log_in()
        attempt = self.conclude(visit)
        who = attempt.whoami
        right = isinstance(who, Identified) and who.identity == attempt.person.identity
        self.finds(
            kept=right,
            fr="la connexion suivante aboutit" if right else "la connexion suivante n'aboutit pas",
            en="the next login succeeds" if right else "the next login does not succeed",
        )
        return attempt

    def rotate(self) -> None:
        """Change the provider's key: the new one signs, and the old one is withdrawn."""
        for step in ("publish", "sign", "retire"):
            self.lab.control.rotate(step)

    def trapped(self) -> tuple[Seen, ...]:
        """Return what came to the address that this scenario's lies name and that nobody has a reason to ask."""
        return tuple(seen for seen in self.lab.control.calls("canary") if seen.url.endswith(self._trap))

    def finds(self, *, kept: bool, fr: str, en: str) -> None:
        """Note whether the portal did something by itself.

        Args:
            kept: whether it did.
            fr: what was seen, in French.
            en: the same in English.
        """
        self.findings.append(Finding(kept=kept, fr=fr, en=en))

    def evidence(self) -> Evidence:
        """Return everything seen so far."""
        return Evidence(
            attempts=tuple(self.attempts),
            findings=tuple(self.findings),
            armed=self._armed,
            victim=self._victim,
            probed=self.lab.portal.probed,
        )

    def _resolved(self, deviation: Deviation, person: Somebody, learnt: Mapping[str, Json]) -> Deviation:
        facts = {**known_facts(self.lab.where.issuer, person), **learnt}
        if _mentions(deviation, "{victim."):
            facts |= {f"victim.{name}": value for name, value in said_of(self.victim)}
        if _mentions(deviation, "{stray."):
            facts |= {f"stray.{name}": value for name, value in self.lab.control.stray_key()}
        if _mentions(deviation, "{canary."):
            address = f"{self.lab.where.wallet}/simulateur/piege/{self._trap}"
            facts |= {"canary.url": address, "canary.lookup": f"${{jndi:{address}}}"}
        for flaw in _FLAWS:
            if _mentions(deviation, f"{{tls.{flaw}}}"):
                place = urlsplit(self.lab.where.issuer).path + "/protocol/openid-connect/token"
                facts |= {f"tls.{flaw}": self.lab.control.tls_door(flaw) + place}
        return resolve(deviation, facts)


def _mentions(deviation: Deviation, text: str) -> bool:
    return text in repr(deviation)
