"""Which scenarios a run plays: what the user picked, what the portal does not have, what is known to fail."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.outcome import Verdict
from conformance.scenario import Need

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from conformance.descriptor import Descriptor, Exempt
    from conformance.scenario import Scenario

_WITHOUT = {
    Need.BACKCHANNEL: (
        "le descripteur ne dit pas où vont les jetons de déconnexion ([portal] backchannel_logout)",
        "the descriptor does not say where logout tokens go ([portal] backchannel_logout)",
    ),
    Need.CIBA: (
        "le descripteur ne dit pas où commence une connexion par CIBA ([ciba] url)",
        "the descriptor does not say where a login by CIBA begins ([ciba] url)",
    ),
    Need.CLOCK: (
        "le descripteur ne dit pas comment l'horloge du portail se règle ([clock] post, faketime)",
        "the descriptor does not say how the portal's clock is set ([clock] post, faketime)",
    ),
    Need.FRONTCHANNEL: (
        "le descripteur ne donne pas de cadre de déconnexion ([portal] frontchannel_logout)",
        "the descriptor names no logout frame ([portal] frontchannel_logout)",
    ),
    Need.COOKIES: (
        "le pilote ([driver]) ne voit pas les cookies du portail",
        "the driver ([driver]) does not see the portal's cookies",
    ),
    Need.HOME: (
        "le descripteur ne dit pas sur quelle page une personne commence ([portal] home)",
        "the descriptor does not say on which page a person begins ([portal] home)",
    ),
    Need.HOPS: (
        "le pilote ([driver]) ne voit pas les réponses du portail, seulement ce qu'un programme en dit",
        "the driver ([driver]) does not see the portal's answers, only what a program tells of them",
    ),
    Need.LOGOUT: (
        "le descripteur ne donne pas d'adresse de déconnexion ([portal] logout)",
        "the descriptor names no logout address ([portal] logout)",
    ),
    Need.MTLS: (
        "le descripteur ne dit pas que le portail présente un certificat client ([mtls])",
        "the descriptor does not say that the portal shows a client certificate ([mtls])",
    ),
    Need.PARALLEL: (
        "le pilote ([driver]) ne mène pas deux navigateurs à la fois",
        "the driver ([driver]) does not lead two browsers at once",
    ),
    Need.REFRESH: (
        "le descripteur ne dit pas comment amener le portail à rafraîchir ([refresh] url)",
        "the descriptor does not say how the portal is made to refresh ([refresh] url)",
    ),
    Need.RESET: (
        "le descripteur ne dit pas comment faire oublier au portail ce qu'il a lu ([reset] post, [launch])",
        "the descriptor does not say how the portal forgets what it read from the provider ([reset] post, [launch])",
    ),
    Need.TLS: (
        "le descripteur ne dit pas que le portail se fie à l'autorité du simulateur ([provider] authority_trusted)",
        "the descriptor does not say that the portal trusts the simulator's authority ([provider] authority_trusted)",
    ),
    Need.CLAIMS: (
        "le descripteur ne dit pas où lire les informations de la personne ([whoami] claims)",
        "the descriptor does not say where to read the person's claims ([whoami] claims)",
    ),
}


def wanted(identifier: str, patterns: Sequence[str]) -> bool:
    """Tell whether a scenario was picked; without a pattern all are."""
    return not patterns or any(fnmatchcase(identifier, pattern) for pattern in patterns)


def why_not(
    card: Scenario, described: Descriptor, able: frozenset[str] = frozenset({Need.COOKIES, Need.HOPS, Need.PARALLEL})
) -> tuple[str, str] | None:
    """Return why a scenario does not apply to a portal, in French and English, or None when it does.

    Args:
        card: the scenario.
        described: the portal.
        able: what its driver can do, in the words of ``Need``; anything else in it counts for nothing.
    """
    for exempt in described.skip:
        if fnmatchcase(card.id, exempt.pattern):
            return exempt.reason, exempt.reason
    named = {
        Need.HOME: described.home,
        Need.LOGOUT: described.logout,
        Need.MTLS: described.mtls,
        Need.BACKCHANNEL: described.backchannel_logout,
        Need.CIBA: described.ciba,
        Need.CLOCK: described.clock,
        Need.FRONTCHANNEL: described.frontchannel_logout,
    }
    there = {need for need, named_there in named.items() if named_there}
    if described.probe is not None and described.probe.claims is not None:
        there |= {Need.CLAIMS}
    there |= {Need.REFRESH} if described.refresh else set()
    there |= {Need.TLS} if described.provider.authority_trusted else set()
    launch = described.launch
    if described.reset_url or (launch is not None and (launch.reset_url or launch.restarts)):
        there |= {Need.RESET}
    there |= {need for need in Need if need in able}
    missing = sorted(card.needs - there)
    return _WITHOUT[missing[0]] if missing else None


def known_failure(card: Scenario, described: Descriptor) -> Exempt | None:
    """Return the entry that says that this scenario is known to fail, or None."""
    return next((one for one in described.known if fnmatchcase(card.id, one.pattern)), None)


def overdue(known: Exempt, today: date) -> bool:
    """Tell whether the day until which a failure was announced is over."""
    return known.until is not None and today > known.until


def with_known(verdict: Verdict, known: Exempt | None, today: date) -> Verdict:
    """Return what a verdict counts as when the failure is known: a pass where a failure was announced is a failure.

    The list of known failures can so only become shorter, and none of them lasts for ever.

    Args:
        verdict: under the profile.
        known: the announced failure, or None.
        today: the day of the run.
    """
    if known is None:
        return verdict
    if verdict is Verdict.FAILED:
        return verdict if overdue(known, today) else Verdict.SKIPPED
    return Verdict.FAILED if verdict is Verdict.PASSED else verdict
