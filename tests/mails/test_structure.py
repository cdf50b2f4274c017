"""The raw mails as RFC 5322, 2045, 2046, 2047, 2369, 2919 and 8058 want them."""

import re
from email.header import decode_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

LONGEST_LINE = 998  # RFC 5322, 2.1.1, without CRLF
BODY_LINE, HEADER_LINE = 76, 78  # RFC 2045, 6.7; RFC 5322, 2.1.1: what SHOULD be
UNFOLDED = {b"List-Unsubscribe", b"Message-ID"}  # no space where one could fold
LIST_HEADERS = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}


def is_issue(name: str) -> bool:
    return name.startswith(("newsletter-digest-", "newsletter-broadcast"))


def test_there_are_mails(mails: dict[str, bytes]) -> None:
    assert len(mails) > 25
    assert len([name for name in mails if is_issue(name)]) == 8


def test_every_line_is_ascii_ends_with_crlf_and_is_short(mails: dict[str, bytes]) -> None:
    for name, raw in mails.items():
        assert raw.isascii(), name
        lines = raw.split(b"\r\n")
        assert not [line for line in lines if b"\r" in line or b"\n" in line or b"\0" in line], name
        head = lines[: lines.index(b"")]
        assert max(map(len, lines)) <= LONGEST_LINE, name
        assert max(map(len, lines[len(head) :])) <= BODY_LINE, name
        long = {line.partition(b":")[0] for line in head if len(line) > HEADER_LINE}
        assert long <= UNFOLDED, name


def test_pythons_own_parser_finds_no_defect(parsed: dict[str, EmailMessage]) -> None:
    for name, message in parsed.items():
        for part in message.walk():
            assert part.defects == [], name
            assert [value.defects for value in part.values() if getattr(value, "defects", ())] == [], name


def test_a_mail_is_a_text_and_the_same_as_html(parsed: dict[str, EmailMessage]) -> None:
    """Plainest first (RFC 2046, 5.1.4), each in UTF-8."""
    for name, message in parsed.items():
        assert message.get_content_type() == "multipart/alternative", name
        text, html = message.iter_parts()
        assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"], name
        assert {part.get_content_charset() for part in (text, html)} == {"utf-8"}, name
        assert "\ufffd" not in text.get_content() + html.get_content(), name


def test_every_header_stands_there_once_and_can_be_read(parsed: dict[str, EmailMessage]) -> None:
    for name, message in parsed.items():
        assert len(set(map(str.lower, message.keys()))) == len(message.keys()), name
        assert parseaddr(message["From"])[1] == "desk@carrel.test", name
        assert parsedate_to_datetime(message["Date"]).utcoffset() is not None, name
        assert re.fullmatch(r"<[\w.]+@carrel\.test>", message["Message-ID"]), name
        assert message["Auto-Submitted"] == "auto-generated", name
        assert message["MIME-Version"] == "1.0", name


def test_a_subject_is_short_plain_and_no_shouting(parsed: dict[str, EmailMessage]) -> None:
    for name, message in parsed.items():
        subject = str(message["Subject"])
        assert 10 < len(subject) <= 120, name
        assert subject == subject.strip(), name
        assert not re.search(r"!|\?{2}|[A-Z]{6}", subject), name


def test_encoded_words_are_whole_and_short_enough(mails: dict[str, bytes]) -> None:
    """Case 09: the words of the title arrive, spaces and curly quotes too (RFC 2047, 2)."""
    raw = mails["newsletter-digest-weekly-pass"]
    (header,) = re.findall(rb"\r\nSubject: ((?:.*\r\n )*.*)\r\n", raw)
    words = header.split()
    assert all(len(word) <= 75 and word.startswith(b"=?utf-8?") for word in words)
    text = "".join(word.decode(charset) for word, charset in decode_header(header.decode()) if charset)
    assert text == "Before the exam: what to know about the insurer’s “timely filing” limit (and 3 more)"


def test_an_issue_can_be_left_with_one_click_and_no_other_mail_pretends_to_be_a_list(
    mails: dict[str, bytes], parsed: dict[str, EmailMessage]
) -> None:
    for name, message in parsed.items():
        if not is_issue(name):
            assert not LIST_HEADERS & set(message.keys()), name
            continue
        (line,) = re.findall(rb"\r\nList-Unsubscribe: (.*)\r\n", mails[name])
        assert re.fullmatch(rb"<https://carrel\.test/newsletter/unsubscribe/[\w.-]+>", line), name
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", name
        assert re.fullmatch(r"Carrel <newsletter\.carrel\.test>", message["List-Id"]), name
        body = message.get_body(("plain",))
        assert body, name
        assert line[1:-1].decode() in body.get_content(), name
