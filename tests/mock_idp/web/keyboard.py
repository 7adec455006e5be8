"""A page without a mouse: the Tab key to get there, a focus that can be seen, and an order that follows the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_TABS = 25
"""More than any page of the wallet has to pass through."""

FOCUS = """
target => {
  const one = document.activeElement;
  if (one === document.body) return [false, ""];
  const told = trouble => [one === target, trouble && `focus of ${one.outerHTML}: ${trouble}`];
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = channels(colour).slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const seen = colour => (channels(colour)[3] ?? 1) > 0.99;
  let behind = one.parentElement;
  while (behind.parentElement && !seen(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
  const [dark, bright] = [light(outlineColor), light(getComputedStyle(behind).backgroundColor)].sort((a, b) => a - b);
  const contrast = (bright + 0.05) / (dark + 0.05);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return told("no outline");
  return told(contrast < 3 ? `outline of contrast ${contrast.toFixed(2)}` : "");
}
"""
"""Tells whether the target has the focus, and whether the outline of what has it is seen on what is behind it (WCAG
2.2, 1.4.11 and 2.4.7)."""

ORDER = """
() => {
  const reached = [...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
    .filter(one => one.checkVisibility() && one.type !== "hidden");
  const wrong = reached.filter(one => one.tabIndex !== 0).map(one => `tabindex of ${one.outerHTML}`);
  const boxes = reached.map(one => one.getBoundingClientRect());
  for (let i = 1; i < boxes.length; i++) {
    if (boxes[i].bottom <= boxes[i - 1].top && boxes[i].left < boxes[i - 1].right) {
      wrong.push(`${reached[i].outerHTML} stands above what comes before it`);
    }
  }
  return wrong;
}
"""
"""Tells what the Tab key reaches in another order than the eye does (WCAG 2.2, 2.4.3)."""


def reach(window: Page, selector: str) -> list[str]:
    """Press Tab until something has the focus, and return what is wrong with how it is seen, there and on the way.

    Raises:
        AssertionError: the Tab key does not lead there.
    """
    target = window.locator(selector).first
    troubles = []
    for _ in range(MOST_TABS):
        there, trouble = target.evaluate(FOCUS)
        troubles += [trouble] if trouble else []
        if there:
            return troubles
        window.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {selector} on {window.url}")


def order(window: Page) -> list[str]:
    """Return what the Tab key reaches out of order."""
    found: list[str] = window.evaluate(ORDER)
    return found
