"""What a portal does while it waits for a phone: whether it polls, and whether it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified

if TYPE_CHECKING:
    from conformance.ciba_visit import CibaVisit
    from conformance.trial import Trial

_WATCHED = 1.5
"""Seconds: longer than the interval that the suite's provider announces."""


def quiet(trial: Trial, visit: CibaVisit, seconds: float) -> None:
    """Note whether the portal leaves the provider alone for a while although the browser comes back every second."""
    polled = visit.polls()
    found = visit.watch(seconds)
    trial.conclude(visit)
    if not polled or not trial.told:
        # nothing is found, and so nothing concluded: a portal that never polls has nothing to stop
        return
    trial.finds(
        kept=not found,
        fr=f"interrogation pendant les {seconds:g} s qui suivent : {'oui' if found else 'non'}",
        en=f"a poll in the {seconds:g} s that follow: {'yes' if found else 'no'}",
    )


def endures(trial: Trial, *, declines: bool = False) -> None:
    """Have the provider end a request, and note whether the portal stops polling, says so, and logs nobody in.

    Args:
        trial: the scenario.
        declines: the person declines on the phone, instead of the lies of the scenario.
    """
    trial.ciba_control()
    visit = trial.ciba()
    visit.ask()
    if declines:
        visit.answer(approve=False)
    page = visit.refresh()
    if not visit.over:
        visit.watch(_WATCHED)
    told = bool(visit.polls())
    quiet(trial, visit, _WATCHED)
    if not told:
        return
    trial.finds(
        kept=page.error is None and page.status < 500,  # noqa: PLR2004  # RFC 9110 15.6
        fr=f"page affichée : {page.status}",
        en=f"the page shown: {page.status}",
    )
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=not inside,
        fr="quelqu'un est connecté" if inside else "personne n'est connecté",
        en="somebody is logged in" if inside else "nobody is logged in",
    )
