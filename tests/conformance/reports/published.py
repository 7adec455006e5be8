"""The reports' formats as others publish them: what each schema has against a report, each complaint with its place.

Where each schema comes from stands in ``schemas/README.md``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xmlschema
from jsonschema import Draft6Validator, Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT6

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SCHEMAS = Path(__file__).parent / "schemas"


def sarif_complaints(log: Any) -> list[str]:
    """Return what OASIS' schema has against a SARIF log (SARIF 2.1.0)."""
    return _complaints(_sarif(), log)


def har_complaints(archive: Any) -> list[str]:
    """Return what the published schema has against an HTTP Archive, and where a custom name lacks its underscore."""
    return [*_complaints(_har(), archive), *_complaints(_closed_har(), archive)]


def junit_complaints(text: str) -> list[str]:
    """Return what Jenkins' schema has against a JUnit report; one that is no XML raises."""
    return [f"{error.path}: {error.reason}" for error in _junit().iter_errors(text.encode("utf-8"))]


def _complaints(validator: Validator, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@cache
def _sarif() -> Validator:
    return Draft7Validator(_rules("sarif-2.1.0.json"), format_checker=Draft7Validator.FORMAT_CHECKER)


@cache
def _har() -> Validator:
    parts = [
        Resource.from_contents(json.loads(one.read_bytes()), DRAFT6) for one in (SCHEMAS / "har-1.2").glob("*.json")
    ]
    registry: Registry[Any] = Registry().with_resources((str(one.id()), one) for one in parts)
    return Draft6Validator(_rules("har-1.2/har.json"), registry=registry, format_checker=Draft6Validator.FORMAT_CHECKER)


@cache
def _closed_har() -> Validator:
    return Draft202012Validator(_rules("har-1.2-closed.json"))


@cache
def _junit() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(SCHEMAS / "junit-10.xsd")


def _rules(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
