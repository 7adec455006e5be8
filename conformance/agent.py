"""What the suite needs of a user agent, whether it is our own plain one or a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.cookies import Cookie
    from conformance.form import Form
    from conformance.hop import Hop, Pairs
    from conformance.page import Page


class UserAgent(Protocol):
    """One isolated browser: its pages, its cookies, and every request it made.

    Nothing outside its list of hosts is ever requested.  A network failure is the page's ``error``, never an exception.
    """

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Return every request since the browser was opened, oldest first."""
        ...

    @property
    def page(self) -> Page | None:
        """Return the page on display, or None."""
        ...

    def open(
        self,
        url: str,
        method: str = "GET",
        data: Pairs | Mapping[str, str] | None = None,
        *,
        stop_before: Callable[[str], bool] | None = None,
    ) -> Page:
        """Go to an address and follow where it leads; ``stop_before`` is asked before every further request."""
        ...

    def step(self, url: str, method: str = "GET", data: Pairs | Mapping[str, str] | None = None) -> Page:
        """Send exactly one request and follow nothing."""
        ...

    def submit(
        self,
        form: Form,
        values: Mapping[str, str | bool] | None = None,
        /,
        *,
        click: str | None = None,
        stop_before: Callable[[str], bool] | None = None,
        **more: str | bool,
    ) -> Page:
        """Fill a form of the page on display in, submit it, and follow where it leads.

        Raises:
            FormError: the form has no such field, choice or button.
        """
        ...

    def follow(self, link_text: str, *, stop_before: Callable[[str], bool] | None = None) -> Page:
        """Click a link of the page on display by its words.

        Raises:
            FormError: there is no such link.
        """
        ...

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the living cookies."""
        ...

    def set_cookie(self, host: str, name: str, value: str, path: str = "/") -> None:
        """Put a cookie into the jar, for exactly this host."""
        ...

    def snapshot(self) -> tuple[Cookie, ...]:
        """Return the cookies as a value, for ``restore``."""
        ...

    def restore(self, snapshot: tuple[Cookie, ...]) -> None:
        """Put the cookies back to what they were."""
        ...

    def close(self) -> None:
        """Let go of the browser; what it did can still be read, but it goes nowhere any more."""
        ...
