"""Writing a commented ``portal.toml`` from what was found at a portal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from conformance.scouting import LoginFound, LogoutFound, ProbeFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was found.

    Attributes:
        base_url: scheme, host and port of the portal.
        redirect_uri: the callback that its request names.
        after_logout: where it asks to be sent after logout; empty when that is not known.
        provider: address of the provider, when it runs by itself; else empty and ``port`` says where to start one.
    """

    base_url: str
    login: LoginFound
    probe: ProbeFound | None
    logout: LogoutFound | None
    after_logout: str
    provider: str
    port: int
    secret_env: str

    @property
    def redirect_uri(self) -> str:
        """Return the callback that the portal's request names."""
        return self.login.request.get("redirect_uri") or ""


def write_draft(draft: Draft) -> str:
    """Return the text of a ``portal.toml``, with what could not be found left as comments."""
    lines = [
        "# Written by 'psc-conformance init'; see docs/portal.md for every key. / Écrit par « psc-conformance init ».",
        "schema = 1",
        "",
        *_portal(draft),
        "",
        *_whoami(draft),
        "",
        *_provider(draft),
        "",
        "[profile]",
        'name = "psc"                # core, strict, psc',
        "",
        "[expect]",
        '# skip = [{ id = "lgt.*", reason = "why it does not apply" }]',
        '# known = [{ id = "req.pkce", reason = "why it fails", issue = "where it is followed", until = 2027-06-30 }]',
    ]
    return "\n".join(lines) + "\n"


def _portal(draft: Draft) -> list[str]:
    lines = [
        "[portal]",
        f"name = {_text(urlsplit(draft.base_url).netloc)}",
        f"base_url = {_text(draft.base_url)}",
        f"login = {_text(_local(draft.login.url, draft.base_url))}",
    ]
    if draft.login.form:
        lines.append(f"login_form = {_text(draft.login.form)}   # the form on that page that starts the login")
    lines.append(f"callback = {_text(_local(draft.redirect_uri, draft.base_url))}")
    if draft.logout is None:
        lines.append('# logout = "/logout"         # no logout was found: its scenarios are skipped')
    else:
        lines += [
            f"logout = {_text(_local(draft.logout.url, draft.base_url))}",
            f"logout_method = {_text(draft.logout.method)}",
        ]
    if draft.after_logout:
        lines.append(f"after_logout = [{_text(draft.after_logout)}]")
    asked = draft.login.request
    lines.append(f"# asked for: scope={asked.get('scope')}, acr_values={asked.get('acr_values')}")
    return lines


def _whoami(draft: Draft) -> list[str]:
    probe = draft.probe
    if probe is None:
        return [
            "# No page was found that says who is logged in: without it much less can be said (degraded mode).",
            "# [whoami]",
            '# url = "/me"',
            '# identity = { json = "/identifier" }',
        ]
    lines = [
        "[whoami]",
        f"url = {_text(_local(probe.url, draft.base_url))}",
        f"anonymous = [{_text(probe.anonymous)}]",
        f"identity = {{ {probe.how} = {_text(probe.where)} }}",
    ]
    if probe.claims:
        lines.append(f"claims = {{ json = {_text(probe.claims)} }}")
    lines.append(f"identity_claim = {_text(probe.claim)}")
    return lines


def _provider(draft: Draft) -> list[str]:
    where = f"url = {_text(draft.provider)}" if draft.provider else f"port = {draft.port}"
    return [
        "[provider]",
        where,
        f"client_id = {_text(draft.login.request.get('client_id') or '')}",
        f"client_secret_env = {_text(draft.secret_env)}   # the variable's name; never the secret itself",
    ]


def _local(url: str, base: str) -> str:
    """Return an address of the portal as a path, any other in full."""
    return url.removeprefix(base) or "/" if url.startswith(base) else url


def _text(value: str) -> str:
    # a JSON string is a TOML basic string, as long as nothing beyond it is left raw (TOML 1.0, strings)
    return json.dumps(value, ensure_ascii=True)
