"""A form as a person fills it in: fields, boxes, lists and buttons, and what is sent when it is submitted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.hop import Pairs


class FormError(Spoken, LookupError):
    """A page has no such form, field, button or link; the message says what it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A field one types in, hidden ones included; ``kind`` is its HTML type."""

    name: str
    value: str = field(default="", repr=False)
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A box to tick, a radio button or a list, with what can be chosen and what is."""

    name: str
    options: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    kind: str = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that submits the form; it is sent only if it has a name and was the one clicked."""

    name: str = ""
    value: str = ""
    label: str = ""


Control: TypeAlias = Entry | Choice | Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a page (HTML 4.10.21).

    Attributes:
        action: absolute address it is sent to.
        method: ``GET`` or ``POST``.
        entries: fields, choices and buttons in the order of the page.
    """

    action: str = field(repr=False)
    method: str = "GET"
    name: str = ""
    identifier: str = ""
    entries: tuple[Control, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields and buttons, each once, in order."""
        return tuple(dict.fromkeys(one.name for one in self.entries if one.name))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Buttons that submit the form."""
        return tuple(one for one in self.entries if isinstance(one, Button))

    @property
    def only_hidden(self) -> bool:
        """Whether a person has nothing to fill in."""
        return all(isinstance(one, Button) or (isinstance(one, Entry) and one.kind == "hidden") for one in self.entries)

    def has(self, name: str) -> bool:
        """Tell whether a field or button has this name."""
        return any(one.name == name for one in self.entries)

    def value(self, name: str) -> str | None:
        """Return what would be sent under a name, or None if nothing would."""
        return next((value for key, value in self.pairs() if key == name), None)

    def fill(self, values: Mapping[str, str | bool] | None = None, /, **more: str | bool) -> Form:
        """Return the form with these fields filled in.

        Args:
            values: by name, where a name is no identifier.
            more: by name; True ticks a box, False unticks it, a text picks the radio button or option of that value.

        Raises:
            FormError: there is no such field, or no such choice; the message says what there is.
        """
        form = self
        for name, value in {**(values or {}), **more}.items():
            form = form._with(name, value)  # the same class
        return form

    def pairs(self, click: str | None = None) -> Pairs:
        """Return what is sent, in order, when a button is clicked.

        Args:
            click: name, value or label of the button; by default the first one, as with the Enter key.

        Raises:
            FormError: there is no such button.
        """
        clicked = self.button(click)
        sent: list[tuple[str, str]] = []
        for one in self.entries:
            if isinstance(one, Entry):
                sent.append((one.name, one.value))
            elif isinstance(one, Choice):
                sent.extend((one.name, value) for value in one.chosen)
            elif one is clicked and one.name:
                sent.append((one.name, one.value))
        return tuple(sent)

    def button(self, click: str | None = None) -> Button | None:
        """Return the button with this name, value or label; by default the first, None when there is none at all.

        Raises:
            FormError: there is no such button.
        """
        if click is None:
            return next(iter(self.buttons), None)
        for one in self.buttons:
            if click in {one.name, one.value, one.label}:
                return one
        labels = ", ".join(one.label or one.name for one in self.buttons)
        raise FormError(
            f"pas de bouton « {click} » dans le formulaire ; il y a : {labels or 'aucun'}",
            f"no button '{click}' in the form; there are: {labels or 'none'}",
        )

    def _with(self, name: str, value: str | bool) -> Form:  # noqa: FBT001  # a tick is a value here
        same = [one for one in self.entries if one.name == name and not isinstance(one, Button)]
        if not same:
            names = ", ".join(self.names)
            raise FormError(
                f"pas de champ « {name} » dans le formulaire ; il y a : {names or 'aucun'}",
                f"no field '{name}' in the form; there are: {names or 'none'}",
            )
        offered = [option for one in same if isinstance(one, Choice) for option in one.options]
        if offered and isinstance(value, str) and value not in offered:
            there = ", ".join(offered)
            raise FormError(
                f"le champ « {name} » n'a pas le choix « {value} » ; il y a : {there}",
                f"the field '{name}' has no choice '{value}'; there are: {there}",
            )
        if not offered and isinstance(value, bool):
            raise FormError(
                f"le champ « {name} » n'est pas une case à cocher ; donnez-lui un texte",
                f"the field '{name}' is no box to tick; give it a text",
            )
        filled = False
        entries: list[Control] = []
        for one in self.entries:
            if one.name != name or isinstance(one, Button):
                entries.append(one)
            elif isinstance(one, Choice):
                entries.append(replace(one, chosen=_chosen(one, value)))
            else:
                # Of several fields with one name only the first is typed in; the others keep what the page gave them.
                entries.append(one if filled else replace(one, value=str(value)))
                filled = True
        return replace(self, entries=tuple(entries))


def _chosen(choice: Choice, value: str | bool) -> tuple[str, ...]:  # noqa: FBT001  # a tick is a value here
    if isinstance(value, bool):
        return choice.options[:1] if value else ()
    if value in choice.options:
        return (value,)
    # Another radio button of the group was picked; another box keeps its tick.
    return choice.chosen if choice.kind == "checkbox" else ()
