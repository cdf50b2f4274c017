"""SpamAssassin's opinion of every mail, without its network tests: below 1 where 5 is spam."""

import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.outside

MOST = 1.0
# What our mails may have: what a file that no server relayed cannot have, and what says nothing.
HARMLESS = {"HTML_MESSAGE", "NO_RECEIVED", "NO_RELAYS"}
# https://spamassassin.apache.org/gtube/: what every SpamAssassin takes for spam.
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
_SCORE = re.compile(r"score=(-?[\d.]+) ")
_TESTS = re.compile(r"tests=([\w,]*)")


@pytest.fixture(scope="module")
def verdicts(mails: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The X-Spam-Status of each mail, all in one run of the program."""
    program = shutil.which("spamassassin")
    if program is None:
        pytest.skip("SpamAssassin is not installed: apt install spamassassin")
    home = tmp_path_factory.mktemp("home")
    all_of_them = mails | {"gtube": b"Subject: Spam\r\n\r\n" + GTUBE + b"\r\n"}
    box = b"".join(_in_mbox(name, raw) for name, raw in all_of_them.items())
    command = [program, "--local", "--mbox", "--nocreate-prefs"]
    answer = subprocess.run(
        command,
        input=box,
        capture_output=True,
        timeout=300,
        check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
    )
    answers = re.split(r"(?m)^From desk@", answer.stdout.decode())[1:]  # in an order of its own
    found = {
        re.findall(r"X-Sample: (\S+)", text)[0]: " ".join(text.partition("\n\n")[0].split())
        for text in answers
    }
    assert set(found) == set(all_of_them)
    return found


def test_every_mail_scores_below_one_and_spam_does_not(verdicts: dict[str, str]) -> None:
    scores = {name: float(score[1]) for name, status in verdicts.items() if (score := _SCORE.search(status))}
    assert set(scores) == set(verdicts)
    assert {name for name, score in scores.items() if score >= MOST} == {"gtube"}


def test_no_rule_is_hit_that_we_could_avoid(verdicts: dict[str, str]) -> None:
    hits = {name: _tests_of(status) - HARMLESS for name, status in verdicts.items() if name != "gtube"}
    assert {name: tests for name, tests in hits.items() if tests} == {}


def _tests_of(status: str) -> set[str]:
    tests = _TESTS.search(status.replace(", ", ","))
    assert tests
    return {test for test in tests[1].split(",") if not test.startswith(("T_", "__"))}


def _in_mbox(name: str, raw: bytes) -> bytes:
    body = re.sub(rb"(?m)^From ", b">From ", raw.replace(b"\r\n", b"\n"))
    return (
        b"From desk@carrel.test Sat Nov 21 07:00:00 2026\nX-Sample: " + name.encode() + b"\n" + body + b"\n"
    )
