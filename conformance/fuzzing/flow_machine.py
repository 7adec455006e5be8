"""The state machine that composes plans about the order of things: what can be done next depends on what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from conformance.fuzzing.plan import Act, FlowPlan, Step
from conformance.fuzzing.scene import MOST_BROWSERS

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: Final = 12
"""Most rules of one plan; some are two or three steps."""

MOST_LOGINS: Final = 5
"""Most logins begun in one browser: mod_auth_openidc, for one, turns the eighth away until others have timed out, and
two honest ones come behind."""

_BROWSERS: Final = st.integers(0, MOST_BROWSERS - 1)
_PICK: Final = st.integers(0, STEPS)


class Composer(RuleBasedStateMachine):
    """Composes one plan; at its end the plan is carried out as a whole, so that it can be replayed as a whole."""

    def __init__(self) -> None:
        """Begin with an empty plan."""
        super().__init__()
        self.steps: list[Step] = []
        self.begun: list[int] = []
        self.waiting: list[int] = []
        self.answered: list[int] = []
        self.rotated = self.aged = False

    def free(self) -> list[int]:
        """Return the browsers in which another login may begin: portals need not bear any number of them."""
        return [browser for browser in range(MOST_BROWSERS) if self.begun.count(browser) < MOST_LOGINS]

    def begins(self, pick: int) -> int:
        """Begin a login in a browser that may have another, and return its number."""
        free = self.free()
        self.begun.append(free[pick % len(free)])
        self.steps.append(Step(act=Act.BEGIN, browser=self.begun[-1]))
        return len(self.begun) - 1

    def probe(self, plan: FlowPlan) -> None:
        """Carry a plan out, and raise when it has found something."""
        raise NotImplementedError

    @precondition(lambda self: self.free())
    @rule(pick=_PICK, answer=st.sampled_from((Act.APPROVE, Act.APPROVE, Act.APPROVE, Act.DECLINE, None)))
    def begin(self, pick: int, answer: Act | None) -> None:
        """Click the portal's login, and most often approve it or decline it at once."""
        attempt = self.begins(pick)
        if answer is None:
            self.waiting.append(attempt)
            return
        self.steps.append(Step(act=answer, attempt=attempt))
        self.answered.append(attempt)

    @precondition(lambda self: self.free())
    @rule(pick=_PICK)
    def log_in(self, pick: int) -> None:
        """Log in from the first click to the last."""
        attempt = self.begins(pick)
        self.steps.append(Step(act=Act.APPROVE, attempt=attempt))
        self.steps.append(Step(act=Act.DELIVER, browser=self.begun[attempt], attempt=attempt))
        self.answered.append(attempt)

    @precondition(lambda self: self.waiting)
    @rule(pick=_PICK, act=st.sampled_from((Act.APPROVE, Act.APPROVE, Act.DECLINE)))
    def answer(self, pick: int, act: Act) -> None:
        """Approve a login that waits, or decline it."""
        attempt = self.waiting.pop(pick % len(self.waiting))
        self.steps.append(Step(act=act, attempt=attempt))
        self.answered.append(attempt)

    @precondition(lambda self: self.answered)
    @rule(pick=_PICK)
    def deliver(self, pick: int) -> None:
        """Deliver an answer where it belongs, for the first time or again."""
        attempt = self.answered[-1 - pick % len(self.answered)]
        self.steps.append(Step(act=Act.DELIVER, browser=self.begun[attempt], attempt=attempt))

    @precondition(lambda self: self.answered)
    @rule(pick=_PICK, browser=_BROWSERS, act=st.sampled_from((Act.DELIVER, Act.DELIVER_CUT)))
    def deliver_anywhere(self, pick: int, browser: int, act: Act) -> None:
        """Deliver an answer to any browser, whole or without its code."""
        attempt = self.answered[-1 - pick % len(self.answered)]
        self.steps.append(Step(act=act, browser=browser, attempt=attempt))

    @precondition(lambda self: self.answered)
    @rule(pick=_PICK)
    def tell(self, pick: int) -> None:
        """Have the provider say that a session is over, whether or not anybody is in it."""
        self.steps.append(Step(act=Act.LOGOUT_TOKEN, attempt=self.answered[-1 - pick % len(self.answered)]))

    @precondition(lambda self: self.begun)
    @rule(browser=_BROWSERS, act=st.sampled_from((Act.LOGOUT, Act.LOGOUT, Act.RELOAD)))
    def act_alone(self, browser: int, act: Act) -> None:
        """Log out, or look who is there."""
        self.steps.append(Step(act=act, browser=browser))

    @precondition(lambda self: self.begun and not self.rotated)
    @rule()
    def rotate(self) -> None:
        """Have the provider sign with a new key, once in a plan: the next one would be a while later."""
        self.steps.append(Step(act=Act.ROTATE))
        self.rotated = True

    @precondition(lambda self: self.answered and not self.aged)
    @rule()
    def age(self) -> None:
        """Let codes grow too old, once in a plan: nothing fits any more that was answered before."""
        self.steps.append(Step(act=Act.AGE))
        self.aged = True

    def teardown(self) -> None:
        """Carry the plan out."""
        if self.steps:
            self.probe(FlowPlan(steps=tuple(self.steps)))


def machine(probe: Callable[[Any], None]) -> type[Composer]:
    """Return a composer whose plans go to a probe."""

    class Probed(Composer):
        """Hands its plans to the probe."""

        def probe(self, plan: FlowPlan) -> None:
            """Hand one over."""
            probe(plan)

    return Probed
