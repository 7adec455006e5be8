from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.outcome import Verdict
from conformance.reports import sarif
from tests.conformance.reports.published import sarif_complaints
from tests.conformance.reports.sample_run import PORTAL, end, every_verdict, hop, run_of, scenario, start


def told(events: list[Any], language: str = "fr") -> dict[str, Any]:
    """Return the one run of the SARIF log of these events, which keeps to the format."""
    log = json.loads(sarif(run_of(events), language))

    assert [] == sarif_complaints(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def results(events: list[Any]) -> dict[str, Any]:
    """Return the results by scenario."""
    return {one["ruleId"]: one for one in told(events)["results"]}


def test_a_warning_is_no_error_and_what_passed_is_no_result() -> None:
    """Failures are errors, warnings are warnings, what a person must look at has no level; the rest is left out."""
    found = {name: (one["kind"], one["level"]) for name, one in results(every_verdict()).items()}

    assert {
        "idt.iss.wrong": ("fail", "error"),
        "req.state": ("fail", "warning"),
        "psc.look": ("review", "none"),
    } == found


def test_every_scenario_is_a_rule_and_every_result_points_at_its_own() -> None:
    """The index leads to the rule of the same id; the rule says the clause, where to read it, and how to mend."""
    run = told(every_verdict(), "en")
    rules = run["tool"]["driver"]["rules"]

    assert ["idt.good", "idt.iss.wrong", "req.state", "psc.look", "idt.lost", "lgt.none"] == [
        one["id"] for one in rules
    ]
    assert [] == [one["ruleId"] for one in run["results"] if rules[one["ruleIndex"]]["id"] != one["ruleId"]]
    assert "OIDC-CORE 3.1.3.7(2): iss is the issuer" == rules[1]["fullDescription"]["text"]
    assert "mend idt.iss.wrong" in rules[1]["help"]["text"]
    assert rules[1]["helpUri"].endswith("#IDTokenValidation")


@pytest.mark.parametrize(
    ("level", "wanted"), [("must", "error"), ("should", "warning"), ("may", "note"), ("fact", "note")]
)
def test_a_rule_is_as_serious_as_the_profile_says(level: str, wanted: str) -> None:
    """The level of a demand becomes the rule's own level."""
    run = told([start(), *scenario("a.b", Verdict.PASSED, level=level), end(0)])

    assert {"level": wanted} == run["tool"]["driver"]["rules"][0]["defaultConfiguration"]


def test_a_clause_without_an_address_has_no_link() -> None:
    """An empty address is left out; an empty link would be no address at all."""
    events = scenario("psc.x", Verdict.PASSED)
    events[0]["clause"]["url"] = ""

    assert "helpUri" not in told([start(), *events, end(0)])["tool"]["driver"]["rules"][0]


def test_a_finding_stands_on_the_line_that_gives_the_address_it_went_through() -> None:
    """The descriptor is the file, its name fit for an address; the callback says more than the login page."""
    found = results(every_verdict())
    place = found["idt.iss.wrong"]["locations"][0]["physicalLocation"]

    assert {"uri": "essais/mon%20portail.toml", "uriBaseId": "%SRCROOT%"} == place["artifactLocation"]
    assert [7, 6, 5] == [
        found[name]["locations"][0]["physicalLocation"]["region"]["startLine"]
        for name in ("idt.iss.wrong", "req.state", "psc.look")
    ]


def test_a_logout_finding_stands_on_the_logout_line() -> None:
    """Logging out goes through the callback too, but that is not what the finding is about."""
    hops = [hop("lgt.rp", f"{PORTAL}/{path}") for path in ("callback", "logout")]

    found = results([start(), *scenario("lgt.rp", Verdict.FAILED, *hops), end()])["lgt.rp"]

    assert {"startLine": 8} == found["locations"][0]["physicalLocation"]["region"]


def test_the_endpoint_of_the_lie_is_named_and_its_exchange_is_there() -> None:
    """The request that carried the lie, with the honest and the told fragment, and tags in place of secrets."""
    found = results(every_verdict())["idt.iss.wrong"]
    token = "https://psc.test/auth/realms/esante-wallet/protocol/openid-connect/token"

    assert [{"name": "token", "fullyQualifiedName": f"POST {token}", "kind": "resource"}] == found["locations"][0][
        "logicalLocations"
    ]
    assert "‹code 11111111›" == found["webRequest"]["parameters"]["code"]
    assert {"iss": "https://autre.test"} == found["webResponse"]["properties"]["told"][0]["told"]


def test_fingerprints_hang_on_portal_and_scenario_only() -> None:
    """A later run with another outcome, place and time is the same finding; another portal's is not."""
    before = results(every_verdict())["idt.iss.wrong"]["partialFingerprints"]
    moved = start(at=1.0, descriptor={"path": "p.toml", "addresses": []}, profile="core")
    again = results([moved, *scenario("idt.iss.wrong", Verdict.FAILED, outcome="fooled"), end()])
    other = results([start(portal={"name": "autre", "base_url": PORTAL}), *scenario("idt.iss.wrong", Verdict.FAILED)])

    assert before == again["idt.iss.wrong"]["partialFingerprints"]
    assert {"pscPortalScenario/v1", "primaryLocationLineHash"} == set(before)
    assert set() == set(before.values()) & set(other["idt.iss.wrong"]["partialFingerprints"].values())


def test_two_findings_of_one_portal_are_two() -> None:
    """No two results share a fingerprint."""
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in results(every_verdict()).values()]

    assert 3 == len(set(prints))


def test_what_could_not_be_concluded_is_a_note_and_our_mistakes_are_errors_of_the_tool() -> None:
    """Neither is a finding about the portal."""
    events = every_verdict()
    events.insert(-1, {"kind": "error", "where": "x.py::test", "what": "ControlFailed: provider: nothing answers"})
    invocation = told(events)["invocations"][0]
    notes = {(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]}

    assert {
        ("error", "ControlFailed: provider: nothing answers"),
        ("note", "idt.lost: vu en idt.lost"),
        ("note", "lgt.none: vu en lgt.none"),
    } == notes
    assert not invocation["executionSuccessful"]


def test_times_and_exit_code_are_the_runs() -> None:
    """A whole run says when it began and ended, and with which code."""
    invocation = told(every_verdict())["invocations"][0]

    assert ("2023-11-14T22:13:20.250Z", "2023-11-14T22:13:22.750Z", 1, True) == (
        invocation["startTimeUtc"],
        invocation["endTimeUtc"],
        invocation["exitCode"],
        invocation["executionSuccessful"],
    )


def test_a_run_that_was_cut_off_did_not_succeed() -> None:
    """Without an end there is no exit code, and nobody may take the log for a whole run."""
    invocation = told(every_verdict()[:-1])["invocations"][0]

    assert not invocation["executionSuccessful"]
    assert {"exitCode", "endTimeUtc"}.isdisjoint(invocation)


def test_a_log_of_an_earlier_version_without_descriptor_still_reports() -> None:
    """Event logs are kept; an older one has no addresses."""
    old = start()
    del old["descriptor"]

    found = results([old, *scenario("a.b", Verdict.FAILED), end()])["a.b"]["locations"][0]["physicalLocation"]

    assert ("portal.toml", 1) == (found["artifactLocation"]["uri"], found["region"]["startLine"])


def test_findings_that_were_missed_are_in_the_message() -> None:
    """What the portal did not do by itself is said, what it did is not."""
    findings = [{"kept": True, "fr": "fait", "en": "done"}, {"kept": False, "fr": "pas fait", "en": "not done"}]
    found = results([start(), *scenario("a.b", Verdict.FAILED, findings=findings), end()])["a.b"]

    assert "titre de a.b\nvu en a.b\n- pas fait\ncorriger a.b" == found["message"]["text"]
