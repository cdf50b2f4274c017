"""The frame that every page has."""

from flask.testing import FlaskClient

from articles.models.exams import Exam
from carrel.services import Services
from tests.support.articles import put_article
from website.pages.context_processors import footer_of

WAY_IN, ACCOUNT = 'href="/sign-in/">Sign in', 'href="/account/">Account'


def test_a_private_page_offers_the_way_in_until_the_browser_has_a_session(client: FlaskClient) -> None:
    assert WAY_IN in client.get("/subscribe/").get_data(as_text=True)
    client.set_cookie("__Host-carrel_session", "whatever", domain="carrel.test", secure=True)
    page = client.get("/subscribe/").get_data(as_text=True)
    assert ACCOUNT in page
    assert WAY_IN not in page


def test_web_05_a_kept_page_goes_by_its_edition_and_not_by_a_cookie(client: FlaskClient) -> None:
    client.set_cookie("__Host-carrel_session", "of nobody", domain="carrel.test", secure=True)
    assert WAY_IN in client.get("/").get_data(as_text=True)


def foot(client: FlaskClient) -> str:
    return (
        client.get("/about/")
        .get_data(as_text=True)
        .partition('<p class="foot-fine">')[2]
        .partition("</p>")[0]
    )


def test_the_foot_names_the_bodies_behind_the_sites_own_exams(
    client: FlaskClient, services: Services
) -> None:
    with services.db.write() as session:
        put_article(session)
    assert foot(client).startswith("Carrel is independent of Board of CPB. ")


def test_the_foot_has_the_operators_own_words(client: FlaskClient, services: Services) -> None:
    ours = services.settings.model_copy(update={"site_footer": "Run by {bodies} <itself>."})
    object.__setattr__(services, "settings", ours)
    assert foot(client) == "Run by the bodies behind its exams &lt;itself&gt;."


def test_the_foot_names_several_bodies_as_a_sentence_does(services: Services) -> None:
    exams = [Exam(body=body) for body in ("AAPC", "CCMC", "AAPC", "ISC2")]
    settings = services.settings
    assert footer_of(settings, exams).startswith("Carrel is independent of AAPC, CCMC, and ISC2. ")
    german = settings.model_copy(update={"site_language": "de", "site_footer": "Unabhängig von {bodies}."})
    assert footer_of(german, exams) == "Unabhängig von AAPC; CCMC; ISC2."
