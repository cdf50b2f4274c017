"""What other people's programs read in our mails: Perl's Email::MIME, GMime, w3m, tidy. Each is skipped where it is not installed."""

import hashlib
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest

pytestmark = pytest.mark.outside

PERL = r"""
use strict; use warnings FATAL => 'all'; use Email::MIME; use Digest::SHA 'sha256_hex';
binmode(STDOUT, ':utf8');
for my $file (@ARGV) {
    open(my $in, '<:raw', $file) or die; local $/; my $mail = Email::MIME->new(scalar <$in>);
    print join('|', $mail->content_type =~ /^([\w\/]+)/, $mail->header('Subject'),
        map { ($_->content_type =~ /^([\w\/]+)/)[0] . ' ' . sha256_hex(Encode::encode('UTF-8', $_->body_str)) } $mail->parts), "\n";
}
"""


@pytest.fixture(scope="module")
def files(mails: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("eml")
    for name, raw in mails.items():
        (folder / f"{name}.eml").write_bytes(raw)
    return {name: folder / f"{name}.eml" for name in mails}


def need(program: str, package: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed: apt install {package}")
    return path


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def run(*command: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def test_perl_reads_the_same_subject_and_the_same_parts(
    files: dict[str, Path], parsed: dict[str, EmailMessage]
) -> None:
    perl = need("perl", "perl")
    if run(perl, "-MEmail::MIME", "-e", "1").returncode:
        pytest.skip("Email::MIME is not installed: apt install libemail-mime-perl")
    answer = run(perl, "-e", PERL, *files.values())
    assert (answer.stderr, answer.returncode) == (b"", 0)
    for name, line in zip(files, answer.stdout.decode().splitlines(), strict=True):
        parts = [
            f"{part.get_content_type()} {digest(part.get_content())}" for part in parsed[name].iter_parts()
        ]
        assert line == "|".join(["multipart/alternative", str(parsed[name]["Subject"]), *parts])


def test_gmime_shows_the_same_text(files: dict[str, Path], parsed: dict[str, EmailMessage]) -> None:
    """The parser of several desktop programs, through `mu view`."""
    mu = need("mu", "maildir-utils")
    for name, message in parsed.items():
        shown = run(mu, "view", "--nocolor", files[name]).stdout.decode().splitlines()
        assert f"Subject: {message['Subject']}" in shown, name
        body = message.get_body(("plain",))
        assert body
        assert [
            line for line in str(body.get_content()).splitlines() if line.strip() and line not in shown
        ] == []


def test_a_text_browser_shows_every_word_of_the_html(pages: dict[str, str]) -> None:
    """w3m, as mutt and alpine call it for HTML."""
    w3m = need("w3m", "w3m")
    for name, page in pages.items():
        shown = run(
            w3m, "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", "72", stdin=page.encode()
        )
        words = " ".join(shown.stdout.decode().split())
        assert "Carrel · Carrel, 1 Quiet Street, Springfield" in words, name
        assert "You received this email because" in words, name


def test_tidy_finds_no_error(pages: dict[str, str]) -> None:
    tidy = need("tidy", "tidy")
    for name, page in pages.items():
        said = run(tidy, "-q", "-e", "-utf8", stdin=page.encode()).stderr.decode().splitlines()
        assert [line for line in said if "Error" in line] == [], name
