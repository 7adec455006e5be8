"""French or English: what the person chose, what the portal asked for, what the browser prefers, in that order."""

from __future__ import annotations

from flask import g, request, session

LANGUAGES = ("fr", "en")


def language() -> str:
    """Return ``fr`` or ``en`` for this request; French when nobody says."""
    wanted = request.args.get("lang")
    if wanted in LANGUAGES:
        session["language"] = wanted
    chosen = session.get("language") or g.get("login_language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "fr"
