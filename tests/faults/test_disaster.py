"""The disk is lost, and a backup of last night comes back: the pass is there, and nothing is mailed twice."""

import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from carrel.db import Database
from carrel.mail.models import OutboxMail, OutboxState
from carrel.settings import load
from tests.faults.site import ROOT, Site, running_site, until
from tests.support.buyer import Buyer
from website.backup import create


def carrel(site: Site, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "website", *arguments]
    return subprocess.run(
        command, env=site.environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def buy(site: Site, email: str) -> tuple[Buyer, str]:
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.pay(session_id, email=email)
    until(lambda: site.passes(session_id))
    until(lambda: site.mail.mails_to(email))
    return buyer, session_id


def has_no_ads(buyer: Buyer) -> bool:
    return 'id="page-thanks"' in buyer.get("/").text  # only the pass edition has it


def mails(site: Site) -> Counter[tuple[str, str]]:
    return Counter((mail.to, str(mail.message["Subject"])) for mail in site.mail.mails)


def test_data_12_after_rm_rf_and_restore_the_pass_is_there_and_nothing_is_mailed_twice(
    tmp_path: Path,
) -> None:
    home, safe = tmp_path / "var", tmp_path / "carried-away.tar.gz"
    home.mkdir()
    with running_site(home, f"sqlite:///{home}/carrel.db", workers=1) as site:
        anna, annas = buy(site, "anna@example.org")
        bob = site.buyer()
        bobs = bob.order()  # the backup knows the order, and not that it was paid
        shutil.copy(create.create_backup(load(site.environ), site.db), safe)
        site.stripe.pay(bobs, email="bob@example.org")
        until(lambda: site.mail.mails_to("bob@example.org"))
        before = mails(site)
        assert set(before.values()) == {1}

        for name in ("web", "worker"):
            site.stop(name)
        site.db.close()
        shutil.rmtree(home)
        done = carrel(site, "restore", str(safe))
        assert done.returncode == 0, done.stderr
        assert "Compared with Stripe: 1 differences, 0 left" in done.stdout
        assert "carrel mail resume" in done.stdout

        site.db = Database(site.environ["DATABASE_URL"])
        site.start("worker", "worker")
        site.start_web(workers=1)
        assert (site.ad_free(annas), site.ad_free(bobs)) == (True, True)
        assert has_no_ads(anna)
        assert has_no_ads(bob)
        time.sleep(2)  # the worker has looked several times
        assert mails(site) == before

        assert "were skipped" in carrel(site, "mail", "resume", "--skip").stdout
        _, carls = buy(site, "carl@example.org")
        assert site.passes(carls) == 1
        assert mails(site) - before == {key: 1 for key in mails(site) if key[0] == "carl@example.org"}
        with site.db.read() as session:
            queued = select(OutboxMail.key).where(OutboxMail.state == OutboxState.QUEUED)
            assert session.scalars(queued).all() == []
