"""What people are told: for every refusal and every doubt, what happened and what to do about it.

The French text is the source; English stands in the catalogue under ``translations``.  The wording is ours: no public
source gives Pro Santé Connect's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_idp.ecps.idnat import Doubt, normalise, warnings
from mock_idp.ecps.refusals import Code, EcpsError, Refusal
from mock_idp.web.typesetting import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_idp.ecps.refusals import Fact


def mark(text: str) -> str:
    """Return the text; the extractor finds it by this call, the translation happens when it is shown."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A refusal in the reader's language."""

    code: str
    message: str
    remedy: str


_START_AGAIN = mark("Recommencez depuis la page de connexion du service.")
_NEW_QR = mark("Demandez un autre QR code sur l'ordinateur, puis scannez-le.")
_OTHER_CARD = mark("Utilisez la carte de la personne dont l'identifiant national a été saisi.")

TEXTS: Mapping[Code, tuple[str, str]] = {
    Code.UNEXPECTED_EVENT: (
        mark("Cette étape est déjà passée, ou n'est pas encore possible."),
        mark("Continuez avec ce que la page affiche maintenant."),
    ),
    Code.IDNAT_EMPTY: (
        mark("L'identifiant national est vide."),
        mark("Saisissez l'identifiant qui figure sur la première ligne de votre carte CPS."),
    ),
    Code.IDNAT_CONTROL: (
        mark("L'identifiant national contient un caractère invisible qui n'est pas un espace."),
        mark("Effacez le champ et saisissez l'identifiant au clavier."),
    ),
    Code.IDNAT_TOO_LONG: (
        mark("L'identifiant national est trop long : %(length)s caractères, %(longest)s au plus."),
        mark("Saisissez uniquement l'identifiant qui figure sur la première ligne de votre carte CPS."),
    ),
    Code.IDNAT_UNKNOWN: (
        mark("Cet identifiant national n'est pas connu du simulateur."),
        mark(
            "Vérifiez la première ligne de la carte : le chiffre de type d'abord (8 devant un numéro RPPS, "
            "soit 12 chiffres), puis tous les caractères, y compris ; / et *, sans les espaces."
        ),
    ),
    Code.ACCOUNT_DEACTIVATED: (
        mark("Le compte de cette personne est désactivé."),
        mark("Utilisez une autre personne fictive, ou réactivez celle-ci dans la configuration du simulateur."),
    ),
    Code.ACTIVATION_EXPIRED: (mark("Le temps imparti à cette demande d'activation est écoulé."), _START_AGAIN),
    Code.ABANDONED: (mark("Cette demande d'activation a été abandonnée."), _START_AGAIN),
    Code.CHALLENGE_EXPIRED: (
        mark("La carte a répondu trop tard."),
        mark("Cliquez de nouveau sur « Commencer l'activation »."),
    ),
    Code.TERMS_NOT_ACCEPTED: (
        mark("Les conditions générales d'utilisation ne sont pas acceptées."),
        mark("Cochez la case, puis cliquez sur « Commencer l'activation »."),
    ),
    Code.QR_UNKNOWN: (mark("Ce QR code n'est pas ou n'est plus celui de l'ordinateur."), _NEW_QR),
    Code.QR_EXPIRED: (mark("Ce QR code n'est plus valable."), _NEW_QR),
    Code.QR_USED: (mark("Ce QR code a déjà été scanné avec un autre téléphone."), _NEW_QR),
    Code.CODE_WRONG: (
        mark("Le code saisi n'est pas le bon. Essais restants : %(attempts_left)s."),
        mark("Recopiez les chiffres (0 à 9) du code affiché sur le téléphone ou reçu par SMS, et rien d'autre."),
    ),
    Code.CODE_EXPIRED: (mark("Ce code n'est plus valable."), _NEW_QR),
    Code.CODE_EXHAUSTED: (mark("Trop de codes erronés : l'activation est arrêtée."), _START_AGAIN),
    Code.PASSWORD_NOT_FOUR_DIGITS: (
        mark("Le mot de passe doit comporter exactement %(digits)s chiffres."),
        mark("Choisissez des chiffres de 0 à 9 et saisissez-les deux fois."),
    ),
    Code.PASSWORDS_DIFFER: (
        mark("Les deux mots de passe ne sont pas identiques."),
        mark("Saisissez le même mot de passe dans les deux champs."),
    ),
    Code.PASSWORD_WRONG: (
        mark("Le mot de passe est erroné. Essais restants : %(tries_left)s."),
        mark("Saisissez les chiffres (0 à 9) du mot de passe choisi à l'activation."),
    ),
    Code.DEVICE_LOCKED: (
        mark("L'e-CPS de ce téléphone est bloquée après trop de mots de passe erronés."),
        mark("Supprimez l'e-CPS du téléphone, puis activez-la de nouveau."),
    ),
    Code.DEVICE_EXPIRED: (
        mark("L'e-CPS de ce téléphone est arrivée à expiration."),
        mark("Supprimez l'e-CPS du téléphone, puis activez-la de nouveau."),
    ),
    Code.DEVICE_LOST: (
        mark("Ce téléphone est déclaré perdu : il n'approuve plus rien."),
        mark("Déclarez-le retrouvé, ou activez l'e-CPS sur un autre téléphone."),
    ),
    Code.DEVICE_TAKEN: (
        mark("Ce téléphone porte déjà l'e-CPS d'une autre personne."),
        mark("Supprimez d'abord cette e-CPS, ou utilisez un autre téléphone."),
    ),
    Code.OTHER_DEVICE: (
        mark("Cette étape a été commencée sur un autre téléphone."),
        mark("Continuez sur le téléphone avec lequel vous avez commencé."),
    ),
    Code.NUMBER_WRONG: (
        mark("Le nombre choisi sur le téléphone n'est pas celui de l'ordinateur."),
        mark("Redemandez la connexion et choisissez le nombre affiché sur l'ordinateur."),
    ),
    Code.APPROVAL_EXPIRED: (
        mark("La demande de connexion n'a pas été approuvée à temps."),
        mark("Redemandez la connexion et gardez le téléphone à portée de main."),
    ),
    Code.APPROVAL_REFUSED: (
        mark("La demande de connexion a été refusée sur le téléphone."),
        mark("Si ce n'était pas voulu, redemandez la connexion."),
    ),
    Code.APPROVAL_WITHDRAWN: (
        mark("L'ordinateur a retiré cette demande de connexion."),
        mark("Suivez la demande la plus récente."),
    ),
    Code.APPROVAL_OF_ANOTHER_LOGIN: (mark("Cette approbation appartient à une autre connexion."), _START_AGAIN),
    Code.CARD_UNREADABLE: (
        mark("La réponse de la carte n'est pas lisible."),
        mark(
            "Retirez la carte, insérez-la de nouveau et recommencez ; à la main, envoyez le certificat (DER) et la "
            "signature, tous deux en base64."
        ),
    ),
    Code.CARD_UNTRUSTED: (
        mark("Le certificat de la carte ne vient pas d'une autorité connue du simulateur."),
        mark("Utilisez une carte fictive émise par ce simulateur ; une vraie carte n'est pas acceptée."),
    ),
    Code.CARD_EXPIRED: (mark("La carte est arrivée à expiration."), mark("Utilisez une carte en cours de validité.")),
    Code.CARD_NOT_YET_VALID: (
        mark("La carte n'est pas encore valable."),
        mark("Vérifiez la date de l'ordinateur, ou utilisez une carte en cours de validité."),
    ),
    Code.CARD_WRONG_CERTIFICATE: (
        mark("Le certificat présenté n'est pas le certificat d'authentification de la carte."),
        mark("Choisissez le certificat d'authentification, pas celui de signature."),
    ),
    Code.CARD_OF_ANOTHER_PERSON: (mark("Cette carte est celle d'une autre personne."), _OTHER_CARD),
    Code.CARD_SIGNATURE_WRONG: (
        mark("La carte n'a pas signé ce qui lui était demandé."),
        mark("Cliquez de nouveau sur « Commencer l'activation »."),
    ),
    Code.CARD_REVOKED: (
        mark("La carte est en opposition : ses certificats sont révoqués."),
        mark("Utilisez une autre carte, ou l'application e-CPS."),
    ),
    Code.CARD_REVOCATION_UNKNOWN: (
        mark("Le simulateur ne peut pas vérifier si la carte est en opposition : aucune liste à jour."),
        mark("Publiez une liste de révocation à jour pour l'autorité de cette carte, puis recommencez."),
    ),
    Code.CARD_NOT_PRESENTED: (
        mark("Le navigateur n'a présenté aucun certificat de carte."),
        mark(
            "Insérez la carte dans le lecteur, fermez toutes les fenêtres du navigateur, puis recommencez ; si "
            "aucun certificat n'est proposé, vérifiez le module PKCS#11 du navigateur."
        ),
    ),
    Code.CARD_HOLDER_UNKNOWN: (
        mark("Le titulaire de cette carte n'est pas connu du simulateur."),
        mark("Ajoutez cette personne à l'annuaire du simulateur, ou utilisez la carte d'une autre personne."),
    ),
    Code.CARD_ABSENT: (mark("Il n'y a pas de carte de cette personne dans le lecteur."), _OTHER_CARD),
    Code.PAIRING_UNKNOWN: (
        mark("Le compte local n'est pas, ou n'est plus, appairé."),
        mark("Connectez-vous une fois avec l'e-CPS ou avec la carte pour l'appairer."),
    ),
    Code.CONTACT_UNKNOWN: (
        mark("Aucune adresse électronique et aucun numéro de mobile ne sont enregistrés pour cette personne."),
        mark("Activez l'e-CPS avec la carte."),
    ),
    Code.PIN_WRONG: (
        mark("Le code confidentiel est erroné. Essais restants : %(tries_left)s."),
        mark("Saisissez les chiffres du code confidentiel de la carte ; trois erreurs de suite la bloquent."),
    ),
    Code.PIN_BLOCKED: (
        mark("La carte est bloquée après trop de codes confidentiels erronés."),
        mark("Débloquez-la avec son code de déblocage, ou utilisez une autre carte."),
    ),
}

DOUBTS: Mapping[Doubt, str] = {
    Doubt.RPPS_WITHOUT_TYPE: mark("11 chiffres : s'agit-il d'un numéro RPPS ? Il manque alors le 8 devant."),
    Doubt.RPPS_LENGTH: mark("Un identifiant qui commence par 8 comporte 12 chiffres."),
    Doubt.RPPS_KEY: mark("Le dernier chiffre ne correspond pas aux autres : une faute de frappe ?"),
    Doubt.NO_SLASH: mark("Un identifiant de ce type contient une barre oblique (/)."),
    Doubt.KIND_UNKNOWN: mark("Un identifiant national commence par un chiffre : 0, 1, 3, 4, 5, 6 ou 8."),
    Doubt.LOWER_CASE: mark("Majuscules et minuscules comptent : recopiez les lettres comme sur la carte."),
    Doubt.NOT_ASCII: mark("Certains caractères ne sont pas ceux d'un clavier ordinaire (chiffres pleine chasse ?)."),
}


def explain(code: Code, facts: Mapping[str, Fact] | None = None) -> Explanation:
    """Return a refusal in the language of this request."""
    message, remedy = TEXTS[code]
    return Explanation(code=code.value, message=shown(message, **(facts or {})), remedy=shown(remedy))


def explain_refusal(refusal: EcpsError | Refusal) -> Explanation:
    """Return what was raised, or returned, in the language of this request."""
    return explain(refusal.code, dict(refusal.facts))


def doubt_texts(refused: EcpsError, typed: str) -> list[str]:
    """Return what looks mistyped in an identifiant national that nobody has, in the language of this request."""
    doubts = warnings(normalise(typed)) if refused.code is Code.IDNAT_UNKNOWN else []
    return [shown(DOUBTS[doubt]) for doubt in doubts]
