"""Profiles: what an outcome means, as data; one TOML file each, users can bring their own."""

from __future__ import annotations

from conformance.profiles.profile import Profile, ProfileError, Ruling, builtin_profile, read_profile

__all__ = ["Profile", "ProfileError", "Ruling", "builtin_profile", "read_profile"]
