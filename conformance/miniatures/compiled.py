"""The miniature portals' pages, compiled once for all portals of a process: there are hundreds, with the same pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class SharedPages(BytecodeCache):
    """Compiled templates in memory, by name and text."""

    def __init__(self) -> None:
        """Know none."""
        self._known: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja a template that was compiled before."""
        if (known := self._known.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja has compiled."""
        self._known[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


PAGES: Final = SharedPages()
