"""The ad network's tag: how it reaches the page, and what the page's policy must then allow.

The page is cached for everybody, so it can carry neither a nonce nor anybody's choice. It holds the house ad,
and our script, which replaces it only after consent (`static/js/network.js`). The tag travels inside that
script as data, so that no markup of a network's stands in any page; its inline scripts are allowed by their
hashes (WEB-08).
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import lxml.html
from flask import Flask, g

from carrel.http import assets, headers
from carrel.page_cache import Audience
from carrel.services import services_of
from carrel.settings import Settings
from carrel.slots import NetworkAd

SCRIPT = "js/network.js"
# An element as [name, attributes, children], or a text.
Node = list[object] | str


def init_app(app: Flask) -> None:
    """Put the tag into the script that carries it."""
    network = services_of(app).settings.network_ad
    if network.is_on:
        settings_of_script = {"tag": tree(network.tag), "consent": network.consent_script}
        data = f"self.carrelNetwork = {json.dumps(settings_of_script)};\n".encode()
        assets.put(app, SCRIPT, data + (assets.static_folder(app) / SCRIPT).read_bytes())


def widen_policy(settings: Settings, audience: Audience) -> None:
    """Let this page's policies name the network's hosts, and part it from pages without a network's script.

    Only views of pages with slots call it (WEB-07).
    """
    if settings.network_ad.is_on and audience.has_ads:
        g.csp_sources = sources(settings.network_ad)
        g.opener_policy = headers.OPEN_TO_OTHERS


def sources(network: NetworkAd) -> dict[str, str]:
    """The directives of a page that may show the network's ads."""
    nodes = tree(network.tag)
    scripts = [*network.script, *_script_hosts(nodes), *_origin(network.consent_script), *_hashes(nodes)]
    return {
        "script-src": _directive(*scripts, *(["'unsafe-eval'"] if network.script_eval else [])),
        "style-src": _directive(*(["'unsafe-inline'"] if network.style_inline else [])),
        "img-src": _directive(*network.img),
        "connect-src": _directive(*network.connect),
        "frame-src": _directive(*network.frame),
    }


def tree(tag: str) -> list[Node]:
    """The tag as data, so that a script can build it without parsing HTML."""
    return [node for element in lxml.html.fragments_fromstring(tag) for node in _nodes(element)]


def _nodes(element: "str | lxml.html.HtmlElement") -> Iterator[Node]:
    if isinstance(element, str):
        if element.strip():
            yield element
        return
    if isinstance(element.tag, str):  # a comment's tag is a function
        children = [node for child in (element.text or "", *element) for node in _nodes(child)]
        yield [element.tag, dict(element.attrib), children]
    yield from _nodes(element.tail or "")


def _scripts(nodes: list[Node]) -> Iterator[tuple[dict[str, str], list[Node]]]:
    for node in nodes:
        if isinstance(node, list):
            name, attributes, children = cast("tuple[str, dict[str, str], list[Node]]", tuple(node))
            if name == "script":
                yield attributes, children
            yield from _scripts(children)


def _script_hosts(nodes: list[Node]) -> Iterator[str]:
    for attributes, _ in _scripts(nodes):
        yield from _origin(attributes.get("src", ""))


def _hashes(nodes: list[Node]) -> Iterator[str]:
    for attributes, children in _scripts(nodes):
        if "src" not in attributes:
            text = "".join(child for child in children if isinstance(child, str))
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            yield f"'sha256-{digest}'"


def _origin(url: str) -> list[str]:
    parts = urlsplit(url)
    return [f"{parts.scheme or 'https'}://{parts.netloc}"] if parts.netloc else []


def _directive(*sources: str) -> str:
    return " ".join(dict.fromkeys(["'self'", *sources]))
