"""Common weaknesses: the portal's own session, its cookie, and the pages that say who is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


def altered(value: str) -> str:
    """Return a cookie's value with one sign in its middle changed."""
    middle = len(value) // 2
    return value[:middle] + ("A" if value[middle : middle + 1] != "A" else "B") + value[middle + 1 :]


@Scenario(
    id="ses.fixation",
    clause="CWE 384",
    title_fr="La session d'avant la connexion ne vaut rien après",
    title_en="The session from before the login is worth nothing afterwards",
    mend_fr="Donner un nouveau nom à la session au moment de la connexion.",
    mend_en="Give the session a new name at login.",
    expected=Expected.KEPT,
    needs=frozenset({Need.COOKIES}),
    caught_by=Defect.KEEPS_SESSION_NAME,
)
def test_session_from_before(trial: Trial) -> None:
    """Keep the cookies from before the login, and present them afterwards from another browser."""
    visit = trial.visit()
    visit.begin()
    before = visit.browser.snapshot()
    visit.approve()
    visit.deliver()
    trial.conclude(visit)
    thief = trial.visit()
    thief.browser.restore(before)
    inside = isinstance(thief.who(), Identified)
    trial.finds(
        kept=not inside,
        fr="le cookie d'avant la connexion ouvre la session"
        if inside
        else "le cookie d'avant la connexion n'ouvre rien",
        en="the cookie from before the login opens the session"
        if inside
        else "the cookie from before the login opens nothing",
    )


@Scenario(
    id="ses.isolation",
    clause="CWE 488",
    title_fr="Deux personnes connectées ne se voient pas l'une l'autre",
    title_en="Two people who are logged in do not see each other",
    mend_fr="Ne garder l'identité que dans la session ; aucune variable commune, aucun cache partagé.",
    mend_en="Keep the identity in the session only; no shared variable, no shared cache.",
    expected=Expected.ACCEPTED,
    caught_by=Defect.SHOWS_LAST_PERSON,
)
def test_two_people(trial: Trial) -> None:
    """Log in, let somebody else log in from another browser, and look again."""
    visit = trial.visit()
    visit.log_in()
    other = trial.visit(trial.victim)
    other.log_in()
    visit.who()
    trial.conclude(visit)


@Scenario(
    id="ses.cookie.flags",
    clause="CWE 1004",
    title_fr="Le cookie de session est HttpOnly et SameSite",
    title_en="The session cookie is HttpOnly and SameSite",
    mend_fr="Poser HttpOnly, SameSite=Lax et, en https, Secure sur le cookie de session.",
    mend_en="Set HttpOnly, SameSite=Lax and, with https, Secure on the session cookie.",
    expected=Expected.KEPT,
    needs=frozenset({Need.COOKIES, Need.HOPS}),
    caught_by=Defect.SHOWS_COOKIE_TO_SCRIPTS,
)
def test_cookie_flags(trial: Trial) -> None:
    """Log in and look at the cookies that the portal sets."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    for line in {line for hop in visit.own_hops() for line in hop.headers("Set-Cookie")}:
        name, _, rest = line.partition("=")
        flags = {part.strip().partition("=")[0].lower() for part in rest.split(";")[1:]}
        missing = sorted({"httponly", "samesite"} - flags)
        trial.finds(
            kept=not missing,
            fr=f"cookie {name} : manque {', '.join(missing)}" if missing else f"cookie {name} : HttpOnly et SameSite",
            en=f"cookie {name}: {', '.join(missing)} missing" if missing else f"cookie {name}: HttpOnly and SameSite",
        )


@Scenario(
    id="ses.cookie.logic",
    clause="CWE 565",
    title_fr="Un cookie de session modifié ne vaut rien",
    title_en="An altered session cookie is worth nothing",
    mend_fr="Comparer le cookie en entier, ou vérifier sa signature.",
    mend_en="Compare the whole cookie, or verify its signature.",
    expected=Expected.KEPT,
    needs=frozenset({Need.COOKIES}),
    caught_by=Defect.COMPARES_PART_OF_COOKIE,
)
def test_altered_cookie(trial: Trial) -> None:
    """Log in, alter one sign of every cookie, and look who is there."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    cookies = visit.browser.snapshot()
    visit.browser.restore(tuple(replace(cookie, value=altered(cookie.value)) for cookie in cookies))
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=not inside,
        fr="le cookie modifié ouvre la session" if inside else "le cookie modifié n'ouvre rien",
        en="the altered cookie opens the session" if inside else "the altered cookie opens nothing",
    )


@Scenario(
    id="ses.csrf.logout",
    clause="CWE 352",
    title_fr="Une image sur un autre site ne déconnecte pas",
    title_en="An image on another site does not log out",
    mend_fr="N'accepter la déconnexion que par POST, avec un jeton anti-CSRF ou un cookie SameSite.",
    mend_en="Take logout by POST only, with an anti-CSRF token or a SameSite cookie.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS, Need.LOGOUT}),
    caught_by=Defect.LOGS_OUT_ON_LINK,
)
def test_logout_by_an_image(trial: Trial) -> None:
    """Log in, fetch the logout address as an image would, and look who is there."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    trial.lab.portal.logout_as_image(visit.browser)
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=inside,
        fr="la session est toujours là" if inside else "un simple lien a fermé la session",
        en="the session is still there" if inside else "a mere link has closed the session",
    )


@Scenario(
    id="ses.cache",
    clause="CWE 525",
    title_fr="La page qui nomme la personne n'est pas gardée par les caches",
    title_en="The page that names the person is not kept by caches",
    mend_fr="Envoyer Cache-Control: no-store avec toute page personnelle.",
    mend_en="Send Cache-Control: no-store with every personal page.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.LETS_CACHES_KEEP_PAGES,
)
def test_cached_page(trial: Trial) -> None:
    """Log in, look who is there, and read the headers of that page."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if not trial.lab.portal.probed:
        return
    kept = visit.own_hops()[-1].header("Cache-Control") or ""
    private = any(word in kept.lower() for word in ("no-store", "private", "no-cache"))
    trial.finds(kept=private, fr=f"Cache-Control : {kept or '—'}", en=f"Cache-Control: {kept or '—'}")


@Scenario(
    id="ses.frame",
    clause="CWE 1021",
    title_fr="La page d'après la connexion refuse d'être mise dans un cadre",
    title_en="The page after the login refuses to be put into a frame",
    mend_fr="Envoyer Content-Security-Policy: frame-ancestors 'none'.",
    mend_en="Send Content-Security-Policy: frame-ancestors 'none'.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.ALLOWS_FRAMES,
)
def test_framed_page(trial: Trial) -> None:
    """Log in and read the headers of the page where the browser ends."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if visit.page is None or visit.page.stopped_at is not None:
        return
    guarded = "frame-ancestors" in (visit.page.header("Content-Security-Policy") or "")
    guarded = guarded or visit.page.header("X-Frame-Options") is not None
    trial.finds(
        kept=guarded,
        fr="frame-ancestors ou X-Frame-Options présent" if guarded else "ni frame-ancestors ni X-Frame-Options",
        en="frame-ancestors or X-Frame-Options there" if guarded else "neither frame-ancestors nor X-Frame-Options",
    )
