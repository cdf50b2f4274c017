"""Addresses that no browser can open, and those that look odd and can be opened."""

import pytest

from articles.web_address import is_dead, with_ascii_host


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org\u00a0/rule",
        "https://www. example.org/",
        "https://www.%20example.org/",
        "https://example.org:port/",
        "https://example.org:99999/",
        "http://1.2.3.4.5/",
        "http://300.1.1.1/",
        "https://https://example.org/",
        "https:/example.org",
        "https://",
        "https:///path",
        "http://[::1",
        "http://[x]/",
        "https://example..org/",
        "https://.example.org/",
        f"https://{'a' * 64}.org/",
        "https://<your-host>/",
        "https://www.https://example.org/",
        "https://%ff.example/",
        "https://a\u00a0b.example/",
        "https://%C2%A0.example/",
        "ftp://example.org/",
        "example.org",
        "",
    ],
)
def test_what_no_browser_can_open_is_dead(address: str) -> None:
    assert is_dead(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "https://example.org./",
        "https://bücher.example/größe",
        "https://b%C3%BCcher.example/",
        "https://例え.jp/",
        "https://💩.example/",
        "https://ａ.example/",
        "https://xn--bcher-kva.example/",
        "http://localhost:8000/",
        "http://127.0.0.1/",
        "http://[2001:db8::1]:80/",
        "https://my_host.example.org/",
        "https://user@example.org/",
        "https://web.archive.org/web/2019/https://example.org/",
        "HTTPS://EXAMPLE.ORG/",
        f"https://{'a' * 63}.org/",
    ],
)
def test_what_only_looks_odd_is_not(address: str) -> None:
    assert not is_dead(address)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://münchen.example/ü?a#b", "https://xn--mnchen-3ya.example/ü?a#b"), ("https://M%C3%9CNCHEN.example:80/", "https://xn--mnchen-3ya.example:80/"),
        ("https://a@例え.jp", "https://a@xn--r8jz45g.jp"), ("https://Example.org/ü", "https://Example.org/ü"), ("https://💩.example/", "https://💩.example/"),
    ],
)  # fmt: skip
def test_a_host_can_be_written_in_letters_that_all_programs_know(address: str, plain: str) -> None:
    assert with_ascii_host(address) == plain
