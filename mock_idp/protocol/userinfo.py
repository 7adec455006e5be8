"""Who logged in: the userinfo document in PSC's shape, and the endpoint that gives it for an access token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.artefacts import CompactToken, Fields, Json, Pairs, Seam, TokenDraft
from mock_idp.identifiers import is_edit, is_psi, origin_of
from mock_idp.people import Activity, Person
from mock_idp.protocol.exchange import Exchange, Reply
from mock_idp.protocol.profiles import Traits, traits
from mock_idp.protocol.tokens import Means

if TYPE_CHECKING:
    from mock_idp.people import Exercice
    from mock_idp.protocol.server import PscServer
    from mock_idp.protocol.tokens import Bearer
    from mock_idp.settings import Settings

OID_SECTEUR = "1.2.250.1.71.4.2.4"
OID_PROFESSION = "1.2.250.1.213.1.1.5.5"
OID_PALIER = "1.2.250.1.213.1.5.1.1.1"
OID_PSI_LOCALE = "1.2.250.1.213.1.3.1.1"


def userinfo(person: Person, settings: Settings, means: Means = Means.MOBILE) -> Pairs:
    """Return the userinfo members of a person, in the structure of the public ANS samples of the settings' date.

    Every leaf is text and an unknown one is empty, except ``otherIds[].qualite``, an integer, and ``email_verified``,
    a boolean in 2021.  Somebody without a practice has no ``SubjectRefPro`` at all (seen in a public test identity).

    Args:
        person: who logged in.
        settings: prefix of ``sub``, authentication mode, date.
        means: how they did.
    """
    date = traits(settings.psc_profile)
    profession = person.profession or next((practice.profession for practice in person.practices()), "")
    first = person.activity[0] if person.activity else Activity()
    members: dict[str, Json | None] = {
        "sub": settings.sub_prefix + person.idnat,
        "email_verified": False if date.email_verified else None,
        "preferred_username": person.idnat,
        "SubjectNameID": person.idnat,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "codeCivilite": person.civilite if date.civilite == "top" else None,
        "codeGenreActivite": first.genre if date.genre_activite == "both" else None,
        "authMode": (settings.auth_mode if means is Means.MOBILE else means.value) if date.auth_mode else None,
        "Secteur_Activite": f"{first.secteur}^{OID_SECTEUR}" if first.secteur else "",
        "SubjectOrganization": first.raison_sociale,
        "SubjectOrganizationID": first.structure,
        "SubjectRole": [f"{profession}^{OID_PROFESSION}"] if profession else [],
        "Palier_Authentification": f"APPPRIP3^{OID_PALIER}",
        "PSI_Locale": OID_PSI_LOCALE,
        "UITVersion": "1.0",
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "FAUX",
        "otherIds": other_ids(person) if date.other_ids == "everybody" or is_edit(person.idnat) else None,
        "SubjectRefPro": _practice(person, date) if person.practices() else None,
    }
    return tuple((name, value) for name, value in members.items() if value is not None)


def other_ids(person: Person) -> Json:
    """Return the identifiers of a person with their origin: the current one first, then those of merged accounts.

    A ProSanté Identité account has quality 2, every other one 1.
    """
    idnats = (person.idnat, *person.former_idnats.split())
    return [
        {"identifiant": idnat, "origine": origin_of(idnat), "qualite": 2 if is_psi(idnat) else 1} for idnat in idnats
    ]


def _practice(person: Person, date: Traits) -> Json:
    civilite: dict[str, Json] = {"codeCivilite": person.civilite} if date.civilite == "practice" else {}
    return {**civilite, "exercices": [_exercice(person, practice, date) for practice in person.practices()]}


def _exercice(person: Person, practice: Exercice, date: Traits) -> Json:
    return {
        "codeProfession": practice.profession,
        "codeCategorieProfessionnelle": practice.categorie,
        "codeCiviliteDexercice": practice.civilite_exercice,
        "nomDexercice": person.family_name,
        "prenomDexercice": person.given_name,
        "codeTypeSavoirFaire": practice.type_savoir_faire,
        "codeSavoirFaire": practice.savoir_faire,
        "activities": [_activity(activity, date) for activity in practice.activity],
    }


def _activity(activity: Activity, date: Traits) -> Json:
    fields: dict[str, Json] = {
        "codeModeExercice": activity.mode,
        "codeSecteurDactivite": activity.secteur,
        "codeSectionPharmacien": activity.section_pharmacien,
        "codeRole": activity.role,
        "codeGenreActivite": activity.genre,
        "numeroSiretSite": activity.siret,
        "numeroSirenSite": activity.siren,
        "numeroFinessSite": activity.finess_site,
        "numeroFinessetablissementJuridique": activity.finess_juridique,
        "identifiantTechniqueDeLaStructure": activity.structure,
        "raisonSocialeSite": activity.raison_sociale,
        "enseigneCommercialeSite": "",
        "complementDestinataire": "",
        "complementPointGeographique": "",
        "numeroVoie": "1",
        "indiceRepetitionVoie": "",
        "codeTypeDeVoie": "R",
        "libelleVoie": "EXEMPLE",
        "mentionDistribution": "",
        "bureauCedex": "",
        "codePostal": "75009",
        "codeCommune": "",
        "codePays": "99000",
        "telephone": "",
        "telephone2": "",
        "telecopie": "",
        "adresseEMail": "",
        "codeDepartement": "",
        "ancienIdentifiantDeLaStructure": activity.ancien_identifiant,
        "autoriteDenregistrement": activity.autorite,
    }
    if date.genre_activite == "absent":
        del fields["codeGenreActivite"]
    return fields


def bearer_token(exchange: Exchange) -> str | None:
    """Return the access token of a request: from the header, or from a POST body (RFC 6750 2.1, 2.2), never the URL."""
    scheme, _, value = exchange.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return dict(exchange.form).get("access_token") if exchange.method == "POST" else None


def find_bearer(server: PscServer, exchange: Exchange) -> Bearer | None:
    """Return what the access token of a request stands for, or None when there is none that still stands."""
    value = bearer_token(exchange)
    kept: Bearer | None = server.store.get("access", value, now=exchange.now) if value else None
    return kept if kept and server.stands(kept.grant, now=exchange.now) else None


def answer_userinfo(server: PscServer, exchange: Exchange) -> Reply:
    """Answer a userinfo request (OIDC-CORE 5.3).

    Returns:
        200 with the person's members past their seam, as JSON or, if a lie says so, as a signed token; 401 with a
        challenge when no good token came, 400 with one when a token came two ways (RFC 6750 2 and 3.1).
    """
    if "Authorization" in exchange.headers and exchange.method == "POST" and "access_token" in dict(exchange.form):
        return _refused(400, "invalid_request", "two access tokens: send one, as 'Authorization: Bearer'")
    if bearer_token(exchange) is None:
        # RFC 6750 3.1: who showed no token is told how to show one, without an error code in the challenge
        body = {"error": "invalid_request", "error_description": "no access token: send it as 'Authorization: Bearer'"}
        return Reply(status=401, body=body, headers=(("WWW-Authenticate", 'Bearer realm="psc"'),))
    bearer = find_bearer(server, exchange)
    person = server.holder(bearer.grant) if bearer else None
    if bearer is None or person is None:
        return _refused(401, "invalid_token", "unknown or expired access token")
    said = exchange.voice.fields(
        Fields(seam=Seam.USERINFO, pairs=userinfo(person, server.settings, bearer.grant.means))
    )
    return Reply(status=200, body=_signed(said, bearer, server, exchange) if said.signed else said)


def _refused(status: int, error: str, description: str) -> Reply:
    challenge = f'Bearer realm="psc", error="{error}", error_description="{description}"'
    body = {"error": error, "error_description": description}
    return Reply(status=status, body=body, headers=(("WWW-Authenticate", challenge),))


def _signed(said: Fields, bearer: Bearer, server: PscServer, exchange: Exchange) -> CompactToken:
    """Return userinfo as a token of the issuer for the portal, past its seam before and after it is signed (5.3.2)."""
    client_id = bearer.grant.client_id
    header: Pairs = (("alg", "RS256"), ("typ", "JWT"), ("kid", server.keys.kid))
    claims: Pairs = (*said.pairs, ("iss", server.settings.issuer), ("aud", client_id))
    draft = exchange.voice.token(TokenDraft(seam=Seam.USERINFO_TOKEN, header=header, claims=claims))
    portal = server.query_client(client_id)
    secret = portal.client_secret if portal is not None else ""
    return exchange.voice.compact(server.keys.sign(draft, client_secret=secret))
