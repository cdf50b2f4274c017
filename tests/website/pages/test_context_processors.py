"""The frame that every page has."""

from flask.testing import FlaskClient

from carrel.http.session_cookie import NAME

WAY_IN, ACCOUNT = 'href="/sign-in/">Sign in', 'href="/account/">Account'


def test_a_private_page_offers_the_way_in_until_the_browser_has_a_session(client: FlaskClient) -> None:
    assert WAY_IN in client.get("/subscribe/").get_data(as_text=True)
    client.set_cookie(f"__Host-{NAME}", "whatever", domain="carrel.test", secure=True)
    page = client.get("/subscribe/").get_data(as_text=True)
    assert ACCOUNT in page
    assert WAY_IN not in page


def test_web_05_a_kept_page_goes_by_its_edition_and_not_by_a_cookie(client: FlaskClient) -> None:
    client.set_cookie(f"__Host-{NAME}", "of nobody", domain="carrel.test", secure=True)
    assert WAY_IN in client.get("/").get_data(as_text=True)
