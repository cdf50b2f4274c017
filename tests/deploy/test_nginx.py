"""The shipped nginx configuration, as far as no server is needed to see it; tests/caches runs it, `make going-live` too."""

import re
from pathlib import Path

import pytest

from tests.caches.nginx import SHIPPED, program

TEXT = SHIPPED.read_text("utf-8")
# https://ssl-config.mozilla.org/guidelines/6.0.json, intermediate
CIPHERS = {
    f"ECDHE-{key}-{cipher}"
    for key in ("ECDSA", "RSA")
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
}


@pytest.mark.skipif(program() is None, reason="nginx is not installed: apt install nginx")
def test_the_folder_of_the_cache_is_where_debians_nginx_can_make_it() -> None:
    cache = re.search(r"^proxy_cache_path (\S+)", TEXT, re.M)
    assert cache
    assert Path(cache[1]).parent.is_dir()


def test_it_listens_on_ipv6_wherever_it_listens_on_ipv4() -> None:
    four, six = re.findall(r"listen (\d.*);", TEXT), re.findall(r"listen \[::\]:(.*);", TEXT)
    assert len(four) == 5
    assert six == four


def test_it_speaks_mozillas_intermediate_list_under_every_name() -> None:
    ciphers = re.search(r"ssl_ciphers (\S+);", TEXT)
    assert ciphers
    assert set(ciphers[1].split(":")) == CIPHERS
    assert re.findall(r"ssl_protocols (.*);", TEXT) == ["TLSv1.2 TLSv1.3"] * 3
    assert re.findall(r"ssl_prefer_server_ciphers (.*);", TEXT) == ["off"] * 3
