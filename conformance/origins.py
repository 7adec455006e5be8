"""Addresses taken apart: which host, which place, what a relative one means."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def place_of(url: str) -> str:
    """Return an address without query, fragment and credentials, fit for logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{origin_host(url)}{parts.path}"


def origin_host(url: str) -> str:
    """Return ``host:port`` of an address, the port written out even where it is the scheme's own.

    An address that names no usable host gives an empty text, and so does one that two readers could take for two hosts:
    a backslash ends the host for some of them and belongs to the user information for others.
    """
    if "\\" in url or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    if not host or port is None:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def absolute(base: str, address: str) -> str:
    """Return an address of a page as a full one; what cannot be read stays as it stands there."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address
