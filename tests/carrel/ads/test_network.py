"""A network's tag reaches the page as data, and the page's policy names what it needs and no more."""

import base64
import hashlib
import json
from typing import Any

import pytest
from flask import Flask, g

from carrel.ads import network
from carrel.ads.ad_server import AdContext, AdServer, SlotOffer, SlotPlace
from carrel.http.headers import content_security_policy
from carrel.page_cache import Audience
from carrel.services import Services
from carrel.settings import SettingsError, load
from carrel.slots import NetworkAd
from tests.support.ads import NOW, house_ad
from website.app import create_app

ADSENSE = """
<!-- Side -->
<script async src="https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-1" crossorigin="anonymous"></script>
<ins class="adsbygoogle" style="display:block" data-ad-client="ca-pub-1" data-ad-slot="2" data-ad-format="auto"></ins>
<script>
     (adsbygoogle = window.adsbygoogle || []).push({});
</script>
"""
PUSH = "\n     (adsbygoogle = window.adsbygoogle || []).push({});\n"
AD = NetworkAd(
    tag=ADSENSE, slots=("side", "inline"), frame=("https://googleads.g.doubleclick.net",), style_inline=True
)


def with_network(services: Services, **changes: Any) -> Services:
    settings = services.settings.model_copy(update={"network_ad": AD.model_copy(update=changes)})
    return Services(settings, services.db, services.signer, services.cache_version, services.page_cache)


def test_an_adsense_tag_becomes_data_with_every_attribute_and_script() -> None:
    script, ins, push = network.tree(ADSENSE)
    assert script[:2] == [
        "script",
        {
            "async": "",
            "src": "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js?client=ca-pub-1",
            "crossorigin": "anonymous",
        },
    ]
    assert ins[0] == "ins"
    assert push == ["script", {}, [PUSH]]


def test_web_08_an_inline_script_is_allowed_by_its_hash_and_nothing_else_inline_is() -> None:
    digest = base64.b64encode(hashlib.sha256(PUSH.encode()).digest()).decode()
    directives = network.sources(AD)
    assert directives["script-src"] == f"'self' https://pagead2.googlesyndication.com 'sha256-{digest}'"
    assert directives["frame-src"] == "'self' https://googleads.g.doubleclick.net"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["connect-src"] == "'self'"


@pytest.mark.parametrize(
    ("edition", "on", "widened"),
    [
        (Audience.GUEST, True, True),
        (Audience.READER, True, True),
        (Audience.PASS, True, False),
        (Audience.GUEST, False, False),
    ],
)
def test_web_07_the_policy_names_a_network_only_where_it_may_stand(
    app: Flask, services: Services, edition: Audience, on: bool, widened: bool
) -> None:
    settings = with_network(services, **({} if on else {"tag": " "})).settings
    with app.test_request_context():
        network.widen_policy(settings, edition)
        assert ("googlesyndication" in content_security_policy()) is widened
        assert ("csp_sources" in g) is widened


def test_the_tag_travels_in_our_own_script_and_cannot_end_it(services: Services) -> None:
    hostile = "<script>var x = '<\\/script><b>\u2028';</script><p title='</script>'>"
    client = create_app(with_network(services, tag=hostile)).test_client()
    app = client.application
    address = app.extensions["asset_paths"]["js/network.js"]
    body = client.get(f"/static/{address}", base_url="https://carrel.test").get_data(as_text=True)
    first, _, rest = body.partition(";\n")
    assert json.loads(first.removeprefix("self.carrelNetwork = "))["tag"] == network.tree(hostile)
    assert rest.startswith("// Puts a network's ad")


def test_the_network_may_take_the_place_of_a_house_ad_but_not_of_a_paid_one(services: Services) -> None:
    with services.db.write() as session:
        session.add_all([house_ad(id=1), house_ad(id=2, paid=True, slots=["foot"])])
    with services.db.read() as session:
        desk = AdServer(
            session, with_network(services, slots=("side", "foot")).settings, services.signer, NOW
        )
        slots = desk.page([SlotPlace.TOP, SlotPlace.SIDE, SlotPlace.FOOT], AdContext("x", "cpb")).slots
    assert {name: bool(ad.network) for name, ad in slots.items()} == {
        "top": False,
        "side": True,
        "foot": False,
    }
    assert slots["side"].network.startswith("network|side|cpb|x|")


def test_the_network_may_take_the_place_of_the_passes_own_offer(services: Services) -> None:
    with services.db.read() as session:
        desk = AdServer(session, with_network(services).settings, services.signer, NOW)
        slots = desk.page([SlotPlace.SIDE], AdContext("x"), offer=SlotOffer("No ads", "/pass/")).slots
    assert slots["side"].network


@pytest.mark.parametrize(
    ("table", "mend"),
    [
        ({"tga": "x"}, "tga"),
        ({"slots": ["sid"]}, "did you mean 'side'?"),
        ({"slots": ["digest"]}, "is outside our pages"),
        ({"script": ["https://a.example; script-src *"]}, "is not a source"),
        ({"script": ["'unsafe-inline'"]}, "is not a source"),
        ({"img": ["*"]}, "is not a source"),
        ({"frame": ["https://a.example b"]}, "is not a source"),
        ({"consent_script": "javascript:alert(1)"}, "is not the address of a script"),
        ({"consent_script": "https://a.example/x.js;y"}, "is not the address of a script"),
        ({"tag": "x" * 20_001}, "tag"),
    ],
)
def test_a_mistake_about_the_network_stops_the_start(table: dict[str, object], mend: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({}, network_ad=table)
    assert mend in str(refused.value)
    assert str(refused.value).startswith("[network_ad]")


def test_without_a_tag_there_is_no_network() -> None:
    assert not load({}).network_ad.is_on
