"""What can go wrong between desk and card; each has a stable code on which texts for people hang."""

# ruff: noqa: N818 - the names say what happened to a person at a desk

from __future__ import annotations


class DeskError(Exception):
    """Something went wrong between desk and card; ``code`` is stable."""

    code = "card-unreadable"


class CardRefused(DeskError):
    """The card answered a step with a status word that nobody expected."""

    def __init__(self, step: str, sw: int) -> None:
        super().__init__(f"{step}: the card answered {sw:04X}; take it out, put it in again and retry")
        self.step = step
        self.sw = sw


class CardNotUnderstood(DeskError):
    """What the card says about itself cannot be read, or lacks something needed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the card's {what} cannot be read; is it a CPS card?")
        self.what = what


class PinRefused(DeskError):
    """The PIN was wrong; ``tries_left`` more wrong ones are possible before the card blocks."""

    code = "pin-refused"

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"the PIN is wrong; tries left: {tries_left}")
        self.tries_left = tries_left


class PinBlocked(DeskError):
    """The PIN was wrong too often; only the PUK helps."""

    code = "pin-blocked"

    def __init__(self) -> None:
        super().__init__("the PIN is blocked; unblock the card with its PUK")


class PinMalformed(DeskError):
    """The PIN cannot be right, so it was not sent to the card and cost no try."""

    code = "pin-malformed"

    def __init__(self, least: int, most: int) -> None:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        super().__init__(f"the PIN has {wanted} digits; nothing was sent to the card")


class PinRequired(DeskError):
    """The card wants its PIN first."""

    code = "pin-required"

    def __init__(self) -> None:
        super().__init__("the card wants its PIN before it signs")


class PukRefused(DeskError):
    """The PUK was wrong; ``tries_left`` more wrong ones are possible before the card is lost."""

    code = "puk-refused"

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"the PUK is wrong; tries left: {tries_left}")
        self.tries_left = tries_left


class PukExhausted(DeskError):
    """The PUK was wrong, or used, too often; nothing unblocks the card any more."""

    code = "puk-exhausted"

    def __init__(self) -> None:
        super().__init__("the PUK is used up; the card stays blocked, take another one")
