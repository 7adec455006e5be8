"""RFC 7517, 7518 and OpenID Connect Core 10.1: which published key verifies a token, and which must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import DropKid, SetField, SetHeader, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial

FORGETS = frozenset({Need.RESET})


@Scenario(
    id="key.nokid.many",
    clause="OIDC-CORE 10.1(many)",
    title_fr="Le jeton n'a pas de kid, et deux clés sont publiées",
    title_en="The token has no kid, and two keys are published",
    mend_fr="Essayer les clés de signature une à une, ou refuser le jeton par une page claire.",
    mend_en="Try the signing keys one by one, or refuse the token with a clear page.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.KEY_SET, "keys", ["{stray.jwk}", "{stray.signing}"]), DropKid()),
    needs=FORGETS,
    caught_by=Defect.CRASHES_WITHOUT_KID_AMONG_KEYS,
)
def test_no_kid_among_several_keys(trial: Trial) -> None:
    """Log in with a token that does not say which of two keys made it; refusing it is right as well."""
    trial.withstand()


@Scenario(
    id="key.dupkid",
    clause="RFC7517 4.2",
    title_fr="Deux clés ont le même kid ; l'une sert au chiffrement",
    title_en="Two keys have the same kid; one is for encryption",
    mend_fr="Choisir la clé par kid, kty, use et alg ensemble, et non par kid seul.",
    mend_en="Choose the key by kid, kty, use and alg together, not by kid alone.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.KEY_SET, "keys", ["{stray.namesake}", "{stray.signing}"]),),
    needs=FORGETS,
    caught_by=Defect.TAKES_FIRST_KEY_OF_NAME,
)
def test_two_keys_of_one_name(trial: Trial) -> None:
    """Log in while the key set holds a namesake of the signing key."""
    trial.log_in()


@Scenario(
    id="key.enc_only",
    clause="RFC7517 4.2",
    title_fr="La clé qui signe n'est publiée que pour le chiffrement",
    title_en="The key that signs is published for encryption only",
    mend_fr="Écarter du jeu de clés ce dont use n'est pas sig.",
    mend_en="Leave aside whatever in the key set is not of use sig.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.KEY_SET, "keys", ["{stray.encryption}"]),),
    needs=FORGETS,
    caught_by=Defect.VERIFIES_WITH_ENCRYPTION_KEY,
)
def test_key_for_another_use(trial: Trial) -> None:
    """Log in with a token whose key is not for signatures."""
    trial.log_in()


@Scenario(
    id="key.oct",
    clause="RFC8725 3.5",
    title_fr="Le jeton est signé avec une clé symétrique que le jeu de clés montre à tous",
    title_en="The token is signed with a symmetric key that the key set shows to everybody",
    mend_fr="N'accepter que RS256 et des clés RSA ; une clé de type oct n'a rien à faire dans un jeu public.",
    mend_en="Accept RS256 and RSA keys only; a key of type oct has no place in a public set.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.KEY_SET, "keys", ["{stray.signing}", "{stray.shared}"]),
        SetHeader("alg", "HS256"),
        SetHeader("kid", "simulateur-symetrique"),
        SignWith(SigningKey.PUBLIC_MODULUS),
    ),
    needs=FORGETS,
    caught_by=Defect.TAKES_PUBLISHED_SECRET,
    why_fr="La découverte de PSC annonce HS256, HS384 et HS512 à côté de RS256 : une bibliothèque qui en déduit ce "
    "qu'elle accepte est à une clé de se tromper.",
    why_en="PSC's discovery announces HS256, HS384 and HS512 beside RS256: a library that derives from it what it "
    "accepts is one key away from being fooled.",
)
def test_symmetric_key_in_the_set(trial: Trial) -> None:
    """Log in with a token that anybody could have made, once the portal has read the key set."""
    trial.mislead_everybody()
    first = trial.visit(trial.draw("medecin-liberal"), honest=True)
    first.log_in()
    trial.log_in()


@Scenario(
    id="sig.weakkey",
    clause="RFC7518 3.3",
    title_fr="La clé publiée n'a que 1024 bits",
    title_en="The published key has 1024 bits only",
    mend_fr="Refuser les clés RSA de moins de 2048 bits.",
    mend_en="Refuse RSA keys of fewer than 2048 bits.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.KEY_SET, "keys", ["{stray.weak}"]),
        SetHeader("kid", "simulateur-courte"),
        SignWith(SigningKey.WEAK),
    ),
    needs=FORGETS,
    caught_by=Defect.ACCEPTS_SHORT_KEY,
)
def test_short_key(trial: Trial) -> None:
    """Log in with a token whose key can be broken."""
    trial.log_in()
