"""The evidence bundle: every report in one archive, with a manifest of hashes; the same reports give the same bytes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST: Final = "manifest.json"
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def bundle(files: Mapping[str, bytes], about: Mapping[str, object]) -> bytes:
    """Return a ZIP archive of files with a manifest.

    Args:
        files: content by name.
        about: what the manifest says beside the SHA-256 of each file: tool, version, portal, profile, date.
    """
    manifest = {**about, "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted({**files, MANIFEST: _written(manifest)}.items()):
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()


def _written(manifest: Mapping[str, object]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
