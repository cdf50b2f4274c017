"""`carrel demo` as a person starts it: it says where it is, and ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.articles import article_md, exam_toml, write_files

ROOT = Path(__file__).parents[3]
DEMO = [sys.executable, "-m", "website", "demo"]


def environ(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CARREL_", "STRIPE_", "SMTP"))
    }
    return (
        kept
        | {"CARREL_HOME": str(home), "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}", "PYTHONUNBUFFERED": "1"}
        | more
    )


@contextmanager
def running(home: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        DEMO,
        cwd=ROOT,
        env=environ(home, PORT=str(port), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], words: str) -> str:
    """What it prints, up to and with these words."""
    heard = ""
    assert process.stdout
    for line in process.stdout:
        heard += line
        if words in line:
            return heard
    pytest.fail(f"it ended without saying {words!r}:\n{heard}")


def doctor(home: Path) -> str:
    """What a command says that wants the settings of the demo."""
    asked = [sys.executable, "-m", "website", "--demo", "doctor", "--offline"]
    done = subprocess.run(asked, cwd=ROOT, env=environ(home), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.faults
def test_it_starts_says_what_to_try_serves_and_ends_on_ctrl_c(tmp_path: Path, port: int) -> None:
    with running(tmp_path, port) as demo:
        heard = said(demo, "money side")
        assert f"http://127.0.0.1:{port}" in heard
        assert "Three things to try" in heard
        assert "carrel new cpb/my-first-article" in heard
        assert f"open the mailbox: http://127.0.0.1:{port}/demo/mail/" in heard
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/articles/what-cmp-means/") as answer:
            page = answer.read()
        assert b"What CMP can stand for" in page
        assert b"Demo mailbox" in page
        assert "this is the demo" in doctor(tmp_path)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0
    assert "No demo is running in" in doctor(tmp_path)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.faults
def test_with_an_own_mail_server_no_mailbox_is_spoken_of_and_a_child_that_dies_ends_the_whole(
    tmp_path: Path, port: int
) -> None:
    with running(tmp_path, port, SMTP_URL="smtp://127.0.0.1:9") as demo:
        heard = said(demo, "money side")
        assert "your own mail server (SMTP_URL)" in heard
        assert "mailbox" not in heard
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/subscribe/") as answer:
            assert b"mailbox" not in answer.read()
        children = subprocess.run(["pgrep", "-P", str(demo.pid)], capture_output=True, text=True, check=True)
        os.kill(int(children.stdout.split()[-1]), signal.SIGKILL)
        assert "ended unexpectedly" in said(demo, "ended unexpectedly")
        assert demo.wait(60) == 2


def refused(home: Path, **more: str) -> str:
    done = subprocess.run(
        DEMO, cwd=ROOT, env=environ(home, **more), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.sweep
def test_a_taken_port_is_one_sentence_with_the_mend(tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert f"PORT={port + 1} make run" in refused(tmp_path, PORT=str(port))


@pytest.mark.sweep
def test_data_09_a_home_that_is_a_file_is_one_sentence(tmp_path: Path, port: int) -> None:
    (tmp_path / "home").write_text("")
    assert "cannot be made" in refused(tmp_path / "home", PORT=str(port))


@pytest.mark.sweep
def test_a_broken_article_on_a_first_start_is_its_report_and_status_1(tmp_path: Path, port: int) -> None:
    content, home = tmp_path / "content", tmp_path / "home"
    write_files(content, {"cpb/exam.toml": exam_toml(), "cpb/one.md": article_md(body="[x](none.md)")})
    done = subprocess.run(
        DEMO,
        cwd=ROOT,
        env=environ(home, PORT=str(port), CARREL_CONTENT=str(content)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "cpb/one.md:6: " in done.stdout
    assert done.stderr == ""
    assert not home.exists()


@pytest.mark.sweep
def test_an_unknown_setting_is_one_sentence(tmp_path: Path, port: int) -> None:
    assert "CARREL_HOEM" in refused(tmp_path, PORT=str(port), CARREL_HOEM="x")


@pytest.mark.sweep
def test_data_08_a_full_disk_is_one_sentence(tmp_path: Path, port: int) -> None:
    limited = ["bash", "-c", f"ulimit -f 8; exec {' '.join(DEMO)}"]  # no file may grow past 4 KiB
    done = subprocess.run(
        limited,
        cwd=ROOT,
        env=environ(tmp_path, PORT=str(port)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
