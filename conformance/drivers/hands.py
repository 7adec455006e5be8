"""What a person's hands do on a page of a real browser: fill fields in, press buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as BrowserError

from conformance.form import FormError

if TYPE_CHECKING:
    from playwright.sync_api import ElementHandle, Page

    from conformance.form import Form

_CLICK_MS: Final = 2000
_FIND_FORM: Final = """([name, id, names]) => [...document.forms].find(form =>
    (form.getAttribute('name') ?? '') === name && (form.getAttribute('id') ?? '') === id
    && names.every(one => [...form.elements].some(control => control.name === one)))"""
_FIND_FIELD: Final = """(form, [name, value]) => {
    const named = [...form.elements].filter(one => one.name === name
        && one.type !== 'submit' && one.tagName !== 'BUTTON');
    return named.find(one => one.type === 'radio' && one.value === value) ?? named[0]; }"""
_FIND_BUTTON: Final = """(form, nth) => [...form.elements].filter(one => one.tagName === 'BUTTON'
    ? one.type === 'submit' : ['submit', 'image'].includes(one.type)).filter(one => !one.disabled)[nth]"""
_WRITE: Final = """(field, value) => { field.value = value;
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {bubbles: true})); }"""


def find_form(tab: Page, form: Form) -> ElementHandle:
    """Return the form on the page that a form was read from.

    Raises:
        FormError: it is gone.
    """
    found = tab.evaluate_handle(_FIND_FORM, [form.name, form.identifier, list(form.names)]).as_element()
    if found is None:
        name = form.name or form.identifier
        raise FormError(
            f"le formulaire « {name} » n'est plus sur la page", f"the form '{name}' is no longer on the page"
        )
    return found


def fill(form: ElementHandle, name: str, value: str | bool) -> None:  # noqa: FBT001  # a tick is a value here
    """Fill one field in: type a text, tick a box, choose from a list.

    Raises:
        FormError: there is no such field, or nobody could fill it in.
    """
    field = form.evaluate_handle(_FIND_FIELD, [name, value]).as_element()
    if field is None:
        raise FormError(f"le champ « {name} » n'est plus sur la page", f"the field '{name}' is no longer on the page")
    kind = str(field.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type"))
    try:
        if kind in {"checkbox", "radio"}:
            field.set_checked(value is not False, timeout=_CLICK_MS)
        elif kind == "select":
            field.select_option(str(value), timeout=_CLICK_MS)
        elif kind == "hidden":
            field.evaluate(_WRITE, value)
        else:
            field.fill(str(value), timeout=_CLICK_MS)
    except BrowserError:
        raise FormError(
            f"le champ « {name} » ne peut pas être rempli : il est caché ou désactivé",
            f"the field '{name}' cannot be filled in: it is hidden or disabled",
        ) from None


def press(element: ElementHandle, form: Form, wanted: str | None) -> None:
    """Press a button of a form, by default the first; a form without one is submitted all the same."""
    if not form.buttons:
        element.evaluate("form => form.requestSubmit()")
        return
    chosen = form.button(wanted)
    number = next(number for number, one in enumerate(form.buttons) if one is chosen)
    button = element.evaluate_handle(_FIND_BUTTON, number).as_element()
    if button is not None:
        click(button)


def click(element: ElementHandle) -> None:
    """Click something, without waiting for what comes of it."""
    element.click(timeout=_CLICK_MS, no_wait_after=True)
