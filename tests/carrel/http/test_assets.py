"""Static files: for good, under an address that changes with them, and short on the wire."""

import gzip
import re

from flask.testing import FlaskClient


def address_of(client: FlaskClient, pattern: str) -> str:
    match = re.search(rf'"(/static/{pattern})"', client.get("/").get_data(as_text=True))
    assert match
    return match[1]


def test_a_style_sheet_is_kept_for_good_and_sent_compressed(client: FlaskClient) -> None:
    address = address_of(client, r"css/site\.[0-9a-f]{12}\.css")
    plain = client.get(address)
    zipped = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in plain.headers["Cache-Control"]
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(zipped.data) == plain.data
    assert len(zipped.data) < len(plain.data) / 3
    assert zipped.headers["ETag"] != plain.headers["ETag"]


def test_a_static_file_that_is_there_already_is_not_sent_again(client: FlaskClient) -> None:
    address = address_of(client, r"css/site\.[0-9a-f]{12}\.css")
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_picture_that_compresses_no_further_is_sent_as_it_is(client: FlaskClient) -> None:
    address = address_of(client, r"img/icon\.[0-9a-f]{12}\.png")
    assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "gzip"}).headers


def test_web_04_an_unknown_static_path_is_not_found_and_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/css/site.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")


def test_a_page_of_another_release_finds_its_style_sheet_which_is_not_kept(client: FlaskClient) -> None:
    address = address_of(client, r"css/site\.[0-9a-f]{12}\.css")
    answer = client.get(re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", address))
    assert answer.data == client.get(address).data
    assert answer.headers["Cache-Control"] == "public, max-age=0, no-cache"
    assert client.get("/static/css/other.0123456789ab.css").status_code == 404
