"""SARIF 2.1.0, for tools that follow findings from run to run: one rule a scenario, one result a finding.

A finding in a running portal has no line of source: its place is the line of ``portal.toml`` that gives the address in
question, and the endpoint is named beside it.  Its fingerprints are made of the portal's name and the scenario's id, so
that a triaged finding stays triaged whatever moves.  A warning is never an error.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from conformance.clauses import Level
from conformance.outcome import Verdict
from conformance.reports.run import what_went_wrong

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.events import Event
    from conformance.reports.run import Run, Told

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "pscPortalScenario/v1"
"""Our own fingerprint; ``primaryLocationLineHash`` beside it is the one that code scanning looks at."""

_KINDS: Final = {
    Verdict.FAILED: ("fail", "error"),
    Verdict.WARNING: ("fail", "warning"),
    Verdict.REVIEW: ("review", "none"),
}
_RULE_LEVELS: Final = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "note", Level.FACT: "note"}
_NOT_CONCLUDED: Final = frozenset({Verdict.INCONCLUSIVE, Verdict.SKIPPED})


def sarif(run: Run, language: str = "fr") -> str:
    """Return the run as a SARIF log.

    Args:
        run: what happened.
        language: of the sentences, ``fr`` or ``en``.
    """
    numbers = {one.id: number for number, one in enumerate(run.scenarios)}
    told: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "psc-conformance",
                "version": str(run.start["version"]),
                "rules": [_rule(one, language) for one in run.scenarios],
            }
        },
        "language": language,
        "automationDetails": {"id": f"psc-conformance/{_portal(run)}/{run.start['profile']}/"},
        "invocations": [_invocation(run, numbers, language)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, run, numbers[one.id], language) for one in run.ordered if one.ruled in _KINDS],
        "properties": {"portal": _portal(run), "profile": run.start["profile"], "degraded": run.degraded},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _portal(run: Run) -> str:
    return str(run.start["portal"]["name"])


def _rule(one: Told, language: str) -> dict[str, Any]:
    card, clause = one.card, one.card["clause"]
    gist, mend = clause[f"gist_{language}"], card[f"mend_{language}"]
    rule = {
        "id": one.id,
        "shortDescription": {"text": card[f"title_{language}"]},
        "fullDescription": {"text": f"{clause['key']}: {gist}"},
        "help": {"text": f"{clause['document']}, {clause['section']}: {gist}\n\n{mend}"},
        "defaultConfiguration": {"level": _RULE_LEVELS[Level(one.verdict["level"])]},
        "properties": {"tags": [clause["key"], one.id.partition(".")[0], *card.get("tags", [])]},
    }
    return rule | ({"helpUri": clause["url"]} if clause["url"] else {})


def _result(one: Told, run: Run, number: int, language: str) -> dict[str, Any]:
    kind, level = _KINDS[one.ruled]
    guilty = _telling(one)
    result: dict[str, Any] = {
        "ruleId": one.id,
        "ruleIndex": number,
        "kind": kind,
        "level": level,
        "message": {"text": _message(one, language)},
        "locations": [_location(one, run, guilty)],
        "partialFingerprints": _fingerprints(_portal(run), one.id),
        "properties": {
            "outcome": one.verdict["outcome"],
            "reason": one.verdict["reason"],
            "requirement": one.card["clause"]["key"],
            "requirementLevel": one.verdict["level"],
        },
    }
    return result | _web(guilty)


def _message(one: Told, language: str) -> str:
    missed = [finding[language] for finding in one.verdict["findings"] if not finding["kept"]]
    lines = [one.card[f"title_{language}"], one.verdict[f"seen_{language}"], *(f"- {one}" for one in missed)]
    return "\n".join((*lines, one.card[f"mend_{language}"]))


def _fingerprints(portal: str, scenario: str) -> dict[str, str]:
    digest = hashlib.sha256(f"{portal}\n{scenario}".encode("utf-8", "surrogatepass")).hexdigest()
    return {FINGERPRINT: digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _telling(one: Told) -> Event | None:
    """Return the request that says most: the one that carried the lie, else the last of the case itself."""
    tried = [hop for hop in one.hops if hop["role"] == "tried"]
    return next((hop for hop in tried if hop["told"]), tried[-1] if tried else None)


def _location(one: Told, run: Run, guilty: Event | None) -> dict[str, Any]:
    place = {"artifactLocation": _file(run), "region": {"startLine": _line(one, run)}}
    if guilty is None:
        return {"physicalLocation": place}
    endpoint = _place(guilty["url"])
    logical = {
        "name": endpoint.rpartition("/")[2] or "/",
        "fullyQualifiedName": f"{guilty['method']} {endpoint}",
        "kind": "resource",
    }
    return {"physicalLocation": place, "logicalLocations": [logical]}


def _file(run: Run) -> dict[str, str]:
    path = str(run.start.get("descriptor", {}).get("path", "portal.toml"))
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _line(one: Told, run: Run) -> int:
    """Return the line of the first address, in their order, that the case itself went through."""
    visited = {_place(hop["url"]) for hop in one.hops if hop["role"] == "tried" and hop["channel"] == "front"}
    addresses = run.start.get("descriptor", {}).get("addresses", [])
    if one.id.startswith("lgt."):
        addresses = sorted(addresses, key=lambda address: address["key"] != "portal.logout")
    found = next((address["line"] for address in addresses if _place(address["url"]) in visited), None)
    return int(found or next((address["line"] for address in addresses if address["key"] == "portal.base_url"), 1))


def _place(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def _web(hop: Event | None) -> dict[str, Any]:
    """Return the telling request and its answer, as they stand in the log: without their secrets."""
    if hop is None:
        return {}
    found: dict[str, Any] = {
        "webRequest": {
            "protocol": "HTTP",
            "method": hop["method"],
            "target": hop["url"],
            "parameters": _texts(hop["request"]),
        }
    }
    if hop["status"]:
        found["webResponse"] = {
            "protocol": "HTTP",
            "statusCode": hop["status"],
            "properties": {"said": _texts(hop["response"]), "told": hop["told"]},
        }
    return found


def _texts(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in pairs}


def _invocation(run: Run, numbers: dict[str, int], language: str) -> dict[str, Any]:
    began = datetime.fromtimestamp(float(run.start["at"]), UTC)
    notes = [
        {
            "level": "error",
            "message": {"text": what_went_wrong(error, language)},
            "descriptor": {"id": "harness"},
            "properties": {"where": str(error["where"])},
        }
        for error in run.errors
    ]
    notes += [
        {
            "level": "note",
            "message": {"text": f"{one.id}: {one.verdict[f'seen_{language}']}"},
            "associatedRule": {"id": one.id, "index": numbers[one.id]},
        }
        for one in run.scenarios
        if one.ruled in _NOT_CONCLUDED
    ]
    found: dict[str, Any] = {
        "executionSuccessful": run.end is not None and not run.errors,
        "startTimeUtc": _utc(began),
        "toolExecutionNotifications": notes,
    }
    if run.end is not None:
        found["exitCode"] = int(run.end["code"])
        found["endTimeUtc"] = _utc(began + timedelta(seconds=float(run.end["seconds"])))
    return found


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
