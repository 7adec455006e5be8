"""Pro Santé Connect by date: what its tokens, userinfo and discovery looked like, one file of data for each date."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_idp.artefacts import Json
    from mock_idp.settings import PscProfile

__all__ = ["Traits", "traits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is particular to one date.

    Attributes:
        acr: level in the tokens by means, ``MOBILE`` or ``CARD``; a means that is not there has none.
        auth_level: claim ``auth_level`` by means.
        auth_mode_in_id_token: whether the ID token holds ``authMode``.
        auth_mode: whether userinfo holds ``authMode``.
        civilite: ``codeCivilite`` stands at the ``top`` of userinfo, or with the ``practice`` in ``SubjectRefPro``.
        genre_activite: ``codeGenreActivite`` stands in each ``activity``, in ``both`` places, or is ``absent``.
        other_ids: ``otherIds`` for ``everybody``, or only for identities of the sandbox tool ``edit``.
        email_verified: whether userinfo holds that boolean.
        absent: keys that discovery did not have.
        without: names that its lists did not hold.
        values: keys that it had with another value.
    """

    acr: Mapping[str, str]
    auth_level: Mapping[str, str]
    auth_mode_in_id_token: bool
    auth_mode: bool
    civilite: str
    genre_activite: str
    other_ids: str
    email_verified: bool
    absent: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    values: Mapping[str, Json] = field(default_factory=dict)


@cache
def traits(profile: PscProfile) -> Traits:
    """Return what is particular to a date."""
    text = files("mock_idp.protocol.profiles").joinpath(f"{profile.value}.toml").read_text(encoding="utf-8")
    members: dict[str, Any] = tomllib.loads(text)
    discovery = members.pop("discovery", {})
    return Traits(
        **members.pop("userinfo"),
        **members,
        absent=frozenset(discovery.get("absent", ())),
        without=frozenset(discovery.get("without", ())),
        values=discovery.get("values", {}),
    )
