"""What machines ask about our ads."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.services import Services
from carrel.settings import SettingsError, load
from carrel.slots import NetworkAd
from website.app import create_app

GOOGLE = "google.com, pub-1234567890, DIRECT, f08c47fec0942fa0"


def test_priv_11_ads_txt_names_the_sellers_of_the_settings(services: Services) -> None:
    settings = services.settings.model_copy(
        update={"network_ad": NetworkAd(ads_txt=(GOOGLE, "CONTACT=x@y.example"))}
    )
    app = create_app(
        Services(settings, services.db, services.signer, services.cache_version, services.page_cache)
    )
    answer = app.test_client().get("/ads.txt", base_url="https://carrel.test")
    assert answer.get_data(as_text=True) == f"{GOOGLE}\nCONTACT=x@y.example\n"
    assert answer.mimetype == "text/plain"


def test_without_a_network_ads_txt_says_that_nobody_sells(client: FlaskClient) -> None:
    assert client.get("/ads.txt").get_data(as_text=True).startswith("placeholder.example.com, placeholder")


@pytest.mark.parametrize(
    "line", ["google.com", "google.com, x, SOMEHOW", "<script>", "a.example, x, DIRECT\nb"]
)
def test_a_line_that_is_none_of_ads_txt_stops_the_start(line: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a line of ads\.txt"):
        load({}, network_ad={"ads_txt": [line]})


def test_con_11_gpc_json_says_that_the_signal_is_honored(client: FlaskClient) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer.get_json()["gpc"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", answer.get_json()["lastUpdate"])


def test_no_address_of_ours_but_ads_txt_has_a_name_that_blockers_hide(app: Flask) -> None:
    begins = re.compile(r"/ads?[^a-z]|/ads?$|/advert", re.IGNORECASE)
    paths = {rule.rule for rule in app.url_map.iter_rules() if begins.search(rule.rule)}
    assert paths <= {"/ads.txt"}
