"""OpenID Connect Discovery 1.0: what a portal makes of a discovery document that lies, moves or cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.facts import MOVED
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import (
    AnswerStatus,
    Delay,
    DropField,
    DuplicateField,
    Nth,
    PrefixBody,
    SetAnswerHeader,
    SetField,
    Truncate,
)

if TYPE_CHECKING:
    from conformance.trial import Trial

SLOW: Final = 1.2
"""Seconds: longer than a portal without patience waits, and far shorter than a person does."""
FORGETS = frozenset({Need.RESET})
OTHER_ISSUER = "https://autre-emetteur.example/auth/realms/esante-wallet"
WHY_OUTAGE_FR = (
    "Le référentiel demande de supporter une panne de PSC ; des connecteurs publics lisent la découverte au démarrage "
    "et doivent être redémarrés si elle manquait à ce moment."
)
WHY_OUTAGE_EN = (
    "A portal has to bear an outage of PSC; public connectors read discovery when they start, and have to be restarted "
    "if it was missing at that moment."
)
WHY_HOSTS_FR = (
    "Les hôtes de PSC ont changé entre 2021 et aujourd'hui, et ceux du bac à sable ne sont pas ceux de la production : "
    "des portails publics ont gardé d'anciennes adresses, ou mélangé les deux."
)
WHY_HOSTS_EN = (
    "PSC's hosts have changed between 2021 and today, and those of the sandbox are not those of production: public "
    "portals have kept old addresses, or mixed the two."
)


@Scenario(
    id="met.issuer.mismatch",
    clause="OIDC-DISC 4.3",
    title_fr="Le document de découverte est celui d'un autre émetteur",
    title_en="The discovery document is that of another issuer",
    mend_fr="Comparer issuer à l'émetteur configuré, caractère par caractère, et ne rien utiliser du document sinon.",
    mend_en="Compare issuer with the configured issuer, sign by sign, and use nothing of the document otherwise.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.DISCOVERY, "issuer", OTHER_ISSUER),),
    needs=FORGETS,
    caught_by=Defect.BELIEVES_ANY_METADATA_ISSUER,
    why_fr=WHY_HOSTS_FR,
    why_en=WHY_HOSTS_EN,
)
def test_document_of_another_issuer(trial: Trial) -> None:
    """Log in at a portal that has just read somebody else's document."""
    trial.log_in()


@Scenario(
    id="met.fetch",
    clause="OIDC-DISC 4",
    title_fr="Le point de jeton et userinfo ont changé d'adresse",
    title_en="Token endpoint and userinfo have moved",
    mend_fr="Prendre les adresses dans le document de découverte, et le relire de temps en temps.",
    mend_en="Take the addresses from the discovery document, and read it again from time to time.",
    expected=Expected.KEPT,
    deviations=(
        SetField(Seam.DISCOVERY, "token_endpoint", "{endpoint.token.moved}"),
        SetField(Seam.DISCOVERY, "userinfo_endpoint", "{endpoint.userinfo.moved}"),
    ),
    needs=FORGETS,
    caught_by=Defect.REMEMBERS_ENDPOINTS,
    why_fr=WHY_HOSTS_FR,
    why_en=WHY_HOSTS_EN,
)
def test_endpoints_that_have_moved(trial: Trial) -> None:
    """Log in once the endpoints stand elsewhere, and look where the portal goes."""
    attempt = trial.log_in()
    name, _, value = MOVED.partition("=")
    for endpoint in ("token", "userinfo"):
        calls = attempt.calls(endpoint)
        if not calls or not trial.told:
            continue
        there = all(call.asked(name) == value for call in calls)
        trial.finds(
            kept=there,
            fr=f"{endpoint} : {'nouvelle' if there else 'ancienne'} adresse",
            en=f"{endpoint}: {'new' if there else 'old'} address",
        )


@Scenario(
    id="met.ssrf",
    clause="RFC8725 3.10(address)",
    title_fr="Le document de découverte contient une adresse que personne n'a à visiter",
    title_en="The discovery document holds an address that nobody has to visit",
    mend_fr="Ne visiter que les adresses dont la connexion a besoin ; ne pas aller voir les autres depuis le serveur.",
    mend_en="Go to those addresses only that a login needs; do not look at the others from the server.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "op_policy_uri", "{canary.url}"),),
    needs=FORGETS,
    caught_by=Defect.FETCHES_EVERY_ADDRESS,
)
def test_address_nobody_needs(trial: Trial) -> None:
    """Log in, and look whether the portal's server went to the address."""
    trial.log_in()
    if trial.told:
        caught = len(trial.trapped())
        trial.finds(
            kept=caught == 0,
            fr=f"{caught} visites de l'adresse" if caught else "personne n'y est allé",
            en=f"{caught} visits of the address" if caught else "nobody went there",
        )


@Scenario(
    id="met.redirect",
    clause="RFC6749 3.2(redirect)",
    title_fr="Le point de jeton redirige vers un autre hôte (307)",
    title_en="The token endpoint redirects to another host (307)",
    mend_fr="Ne suivre aucune redirection du point de jeton : le code et le secret partiraient avec.",
    mend_en="Follow no redirect of the token endpoint: code and secret would go along.",
    expected=Expected.KEPT,
    deviations=(
        AnswerStatus(Seam.TOKEN_ANSWER, 307),
        SetAnswerHeader(Seam.TOKEN_ANSWER, "Location", "{canary.url}"),
    ),
    caught_by=Defect.FOLLOWS_REDIRECT_OF_TOKEN_ENDPOINT,
)
def test_redirect_of_the_token_endpoint(trial: Trial) -> None:
    """Log in, and look whether the code arrives where the provider pointed."""
    trial.log_in()
    if trial.told:
        sent = sorted({name for seen in trial.trapped() for name, _ in seen.request} & {"code", "client_secret"})
        trial.finds(
            kept=not sent,
            fr=f"parti ailleurs : {', '.join(sent)}" if sent else "rien n'est parti ailleurs",
            en=f"gone elsewhere: {', '.join(sent)}" if sent else "nothing went elsewhere",
        )


@Scenario(
    id="met.down",
    clause="PSC outage",
    title_fr="La découverte est en panne un moment (503)",
    title_en="Discovery is down for a while (503)",
    mend_fr="Afficher une page qui propose de réessayer, et relire le document à la connexion suivante.",
    mend_en="Show a page that offers to try again, and read the document at the next login.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.DISCOVERY_ANSWER, 503),),
    needs=FORGETS,
    caught_by=Defect.REMEMBERS_OUTAGE,
    why_fr=WHY_OUTAGE_FR,
    why_en=WHY_OUTAGE_EN,
)
def test_outage(trial: Trial) -> None:
    """Log in during the outage, and again after it, without a restart."""
    trial.withstand()
    trial.recovers()


@Scenario(
    id="met.slow",
    clause="PSC outage",
    title_fr="La découverte tarde une seconde",
    title_en="Discovery takes a second",
    mend_fr="Attendre quelques secondes, puis dire que le service ne répond pas, sans tomber en panne.",
    mend_en="Wait for a few seconds, then say that the service does not answer, without a crash.",
    expected=Expected.KEPT,
    deviations=(Nth(1, Delay(Seam.DISCOVERY_ANSWER, SLOW)),),
    needs=FORGETS,
    caught_by=Defect.HAS_NO_PATIENCE_FOR_DISCOVERY,
    why_fr=WHY_OUTAGE_FR,
    why_en=WHY_OUTAGE_EN,
)
def test_slow_discovery(trial: Trial) -> None:
    """Log in while the document takes its time."""
    trial.withstand()


@Scenario(
    id="met.malformed",
    clause="PSC outage",
    title_fr="Le document de découverte est coupé",
    title_en="The discovery document is cut short",
    mend_fr="Traiter un document illisible comme une panne du fournisseur.",
    mend_en="Treat a document that cannot be read as an outage of the provider.",
    expected=Expected.KEPT,
    deviations=(Truncate(Seam.DISCOVERY_ANSWER, 60),),
    needs=FORGETS,
    caught_by=Defect.CRASHES_ON_CUT_DISCOVERY,
    why_fr=WHY_OUTAGE_FR,
    why_en=WHY_OUTAGE_EN,
)
def test_cut_document(trial: Trial) -> None:
    """Log in with half a document, and again with a whole one."""
    trial.withstand()
    trial.recovers()


@Scenario(
    id="met.bom",
    clause="RFC8259 8.1",
    title_fr="Le document de découverte commence par une marque d'ordre des octets",
    title_en="The discovery document begins with a byte order mark",
    mend_fr="Ignorer la marque, ou refuser le document par une page claire.",
    mend_en="Ignore the mark, or refuse the document with a clear page.",
    expected=Expected.KEPT,
    deviations=(PrefixBody(Seam.DISCOVERY_ANSWER, "\ufeff"),),
    needs=FORGETS,
    caught_by=Defect.CRASHES_ON_BYTE_ORDER_MARK,
)
def test_byte_order_mark(trial: Trial) -> None:
    """Log in after three octets that some editors write."""
    trial.withstand()


@Scenario(
    id="met.dupkeys",
    clause="RFC8259 4",
    title_fr="Le document de découverte dit issuer deux fois",
    title_en="The discovery document says issuer twice",
    mend_fr="Refuser un document qui dit deux fois le même nom, ou ne croire que ce qui est comparé.",
    mend_en="Refuse a document that says a name twice, or believe only what is compared.",
    expected=Expected.REFUSED,
    deviations=(DuplicateField(Seam.DISCOVERY, "issuer", OTHER_ISSUER),),
    needs=FORGETS,
    caught_by=Defect.READS_FIRST_OF_TWO_ISSUERS,
)
def test_two_issuers(trial: Trial) -> None:
    """Log in with a document that two libraries would read differently."""
    trial.log_in()


@Scenario(
    id="rsp.pkce.downgrade",
    clause="RFC9700 2.1.1(downgrade)",
    title_fr="La découverte ne parle plus de PKCE",
    title_en="Discovery no longer mentions PKCE",
    mend_fr="Envoyer code_challenge dans tous les cas : un fournisseur qui ne le connaît pas l'ignore.",
    mend_en="Send code_challenge in every case: a provider that does not know it ignores it.",
    expected=Expected.KEPT,
    deviations=(DropField(Seam.DISCOVERY, "code_challenge_methods_supported"),),
    needs=FORGETS,
    caught_by=Defect.DROPS_PKCE_WHEN_UNANNOUNCED,
)
def test_pkce_that_is_not_announced(trial: Trial) -> None:
    """Begin a login once PKCE has vanished from the document."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if trial.told and visit.request is not None:
        challenged = visit.request.get("code_challenge") is not None
        trial.finds(
            kept=challenged,
            fr="code_challenge envoyé" if challenged else "PKCE abandonné",
            en="code_challenge sent" if challenged else "PKCE given up",
        )
