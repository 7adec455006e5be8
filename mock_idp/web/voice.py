"""The lies that are armed, for which login, and the voice that tells them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mock_idp.artefacts import ISSUER_WIDE, Answer, CompactToken, Fields, Seam, TokenDraft
from mock_idp.deviations import Deviation, Told, deviate

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_idp.deviations.apply import DraftT


@dataclass(kw_only=True)
class Plan:
    """Lies armed together, the login they were bound to, and what came of them.

    Attributes:
        login_hint: the person whose next CIBA request they are for, instead of a browser's login.
    """

    token: str
    deviations: tuple[Deviation, ...]
    login_hint: str | None = None
    login_id: str | None = None
    told: list[Told] = field(default_factory=list)
    passed: Counter[Seam] = field(default_factory=Counter)


class Plans:
    """Every armed plan.

    A plan is armed under a token; the browser that carries the token in its scenario cookie binds it to the next login
    it begins, once.  What is armed for the issuer holds for everybody until it is withdrawn.
    """

    def __init__(self) -> None:
        """Start with nothing armed."""
        self._lock = threading.Lock()
        self._by_token: dict[str, Plan] = {}
        self._by_login: dict[str, Plan] = {}
        self._issuer: Plan | None = None

    def arm(self, token: str, deviations: tuple[Deviation, ...], *, login_hint: str | None = None) -> Plan:
        """Arm lies for the next login that brings this token, or for the next CIBA request that names a person."""
        plan = Plan(token=token, deviations=deviations, login_hint=login_hint)
        with self._lock:
            self._by_token[token] = plan
        return plan

    def arm_issuer(self, token: str, deviations: tuple[Deviation, ...]) -> Plan:
        """Arm lies for everybody, in place of those armed before."""
        plan = Plan(token=token, deviations=deviations)
        with self._lock:
            self._by_token[token] = plan
            self._issuer = plan
        return plan

    def withdraw_issuer(self) -> None:
        """Be honest again towards everybody."""
        with self._lock:
            self._issuer = None

    def clear(self) -> None:
        """Be honest towards everybody, and forget every plan."""
        with self._lock:
            self._by_token.clear()
            self._by_login.clear()
            self._issuer = None

    def bind(self, token: str | None, login_id: str) -> None:
        """Bind the plan of a scenario cookie to a login; a token serves once."""
        with self._lock:
            plan = self._by_token.get(token or "")
            if plan is not None and plan.login_id is None and plan is not self._issuer and plan.login_hint is None:
                plan.login_id = login_id
                self._by_login[login_id] = plan

    def bind_hint(self, login_hint: str | None, login_id: str) -> None:
        """Bind the plan armed for a person to the CIBA request that names them, once."""
        with self._lock:
            for plan in self._by_token.values():
                if plan.login_hint is not None and plan.login_hint == login_hint and plan.login_id is None:
                    plan.login_id = login_id
                    self._by_login[login_id] = plan
                    return

    def find(self, token: str) -> Plan | None:
        """Return the plan of a token."""
        with self._lock:
            return self._by_token.get(token)

    def voice(self, login_id: str | None, heard: Callable[[tuple[Told, ...]], None]) -> DeviatingVoice:
        """Return the voice for a login, or for a request that belongs to none.

        Args:
            login_id: the login, if known.
            heard: called with the lies of each draft that was changed.
        """
        with self._lock:
            mine = self._by_login.get(login_id or "")
            return DeviatingVoice(tuple(plan for plan in (mine, self._issuer) if plan is not None), self._lock, heard)


class DeviatingVoice:
    """Says what the armed plans make of each draft."""

    def __init__(
        self, plans: tuple[Plan, ...], lock: threading.Lock, heard: Callable[[tuple[Told, ...]], None]
    ) -> None:
        """Speak under these plans; their counters are shared with other requests, hence the lock."""
        self._plans = plans
        self._lock = lock
        self._heard = heard

    def _rewrite(self, draft: DraftT) -> DraftT:
        for plan in self._plans:
            with self._lock:
                plan.passed[draft.seam] += 1
                draft, told = deviate(draft, plan.deviations, occurrence=plan.passed[draft.seam])
                plan.told.extend(told)
            if told:
                self._heard(told)
        return draft

    def fields(self, draft: Fields, /) -> Fields:
        """Return what is really said."""
        return self._rewrite(draft)

    def token(self, draft: TokenDraft, /) -> TokenDraft:
        """Return what is really signed."""
        return self._rewrite(draft)

    def compact(self, draft: CompactToken, /) -> CompactToken:
        """Return what is really sent as a signed token."""
        return self._rewrite(draft)

    def answer(self, draft: Answer, /) -> Answer:
        """Return what is really sent over HTTP."""
        return self._rewrite(draft)


def is_issuer_wide(deviations: tuple[Deviation, ...]) -> bool:
    """Tell whether lies hold for everybody because they sit in documents fetched without a login."""
    return any(deviation.seam in ISSUER_WIDE for deviation in deviations)
