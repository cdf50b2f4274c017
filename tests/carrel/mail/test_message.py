"""A mail as it is sent."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from carrel.mail.message import Content, InvalidHeaderError, build, message_id, one_line, to_bytes
from carrel.settings import Settings

HELLO = Content("tests/hello", "Hello", "Hello Anna.\n", "<p>Hello Anna.</p>\n")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_WAY_OUT = "<https://carrel.test/newsletter/unsubscribe/" + "x" * 300 + ">"
BULK = {
    "List-Id": "Carrel digest <digest.carrel.test>",
    "List-Unsubscribe": LONG_WAY_OUT,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def raw(
    content: Content = HELLO, to: str = "anna@example.org", headers: dict[str, str] | None = None
) -> bytes:
    message = build(
        content,
        sender="Carrel <desk@carrel.test>",
        to=to,
        message_id="<digest.7@carrel.test>",
        date=NOON,
        headers=headers,
    )
    return to_bytes(message)


def parsed(wire: bytes) -> EmailMessage:
    message = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_mail_08_every_header_is_there() -> None:
    message = parsed(raw(headers=BULK))
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "Carrel <desk@carrel.test>",
        "To": "anna@example.org",
        "Subject": "Hello",
        "Date": "Sat, 21 Nov 2026 12:00:00 +0000",
        "Message-ID": "<digest.7@carrel.test>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        **BULK,
    }


def test_mail_08_text_stands_before_html_and_both_arrive_whole() -> None:
    text, html = "Fünf – “neu”\n.dot\n" + "long " * 400 + "\n", "<p>Fünf</p>\n" + "<b>x</b>" * 300
    message = parsed(raw(Content("x", "S", text, html)))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    plain, rich = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    assert (plain, rich.rstrip("\n")) == (text, html)


def test_mail_08_list_unsubscribe_is_one_unencoded_line() -> None:
    assert f"\r\nList-Unsubscribe: {LONG_WAY_OUT}\r\n".encode() in raw(headers=BULK)


def test_mail_08_no_line_is_longer_than_smtp_carries() -> None:
    wire = raw(Content("x", "😀 " * 100, "x" * 5000, "<p>" + "y" * 5000), headers=BULK)
    lines = wire.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-"))


@pytest.mark.parametrize("bad", ["\r\nBcc: eve@example.org", "\n", "\r", "\0", "\x1b"])
@pytest.mark.parametrize("where", ["subject", "to", "header"])
def test_mail_16_no_line_break_gets_into_a_header(bad: str, where: str) -> None:
    content = Content("x", f"Hello{bad}", "t", "h") if where == "subject" else HELLO
    to = f"anna@example.org{bad}" if where == "to" else "anna@example.org"
    headers = {"List-Id": f"x{bad}"} if where == "header" else {}
    with pytest.raises(InvalidHeaderError):
        raw(content, to, headers)


@pytest.mark.parametrize(
    "title",
    [
        "Two\r\nlines\r\nBcc: eve@example.org",
        "\u202eright to left\u202c \u2066isolated\u2069",
        "word " * 400,
        "😀👩‍🔬 emoji",
        "=?utf-8?q?x?=\x00\x07",
        "\ud800 alone",
    ],
)
def test_mf_27_any_title_makes_a_valid_mail(title: str) -> None:
    subject = one_line(title)
    message = parsed(raw(Content("x", subject, title.encode("utf-8", "replace").decode(), "<p>x</p>")))
    assert message["Bcc"] is None
    assert len(subject) <= 200
    if "=?" not in title:
        assert message["Subject"] == subject


def test_a_subject_that_is_folded_shows_no_second_space() -> None:
    subject = "Advance directives and ethics: whose voice is in the room? – and more"
    assert parsed(raw(Content("x", subject, "t", "<p>x</p>")))["Subject"] == subject


def test_emoji_that_are_joined_stay_joined() -> None:
    assert one_line("👩‍🔬") == "👩‍🔬"


def test_mail_23_a_mail_holds_nothing_of_another_recipients() -> None:
    content = [Content("x", f"For {n}", f"token-{n}-", f"<p>token-{n}-</p>") for n in range(1000)]
    wires = [raw(variant, f"r{n}@example.org", {"X-N": f"token-{n}-"}) for n, variant in enumerate(content)]
    for n, wire in enumerate(wires):
        assert wire.count(b"token-") == wire.count(f"token-{n}-".encode()) == 3
        assert wire.count(b"@example.org") == 1


def test_mail_04_the_message_id_is_stable_and_on_our_own_domain(settings: Settings) -> None:
    assert message_id(settings, "digest", 7) == "<digest.7@carrel.test>"


def test_an_address_beyond_ascii_stays_readable() -> None:
    assert "To: änne@example.org\r\n".encode() in raw(to="änne@example.org")
