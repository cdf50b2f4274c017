"""The exports of other services: written by us after their own exporters, column by column.

Ghost: `id,email,…` as in the tests of its members' exporter. MailPoet: `Export.php`, which escapes quotes by a backslash.
listmonk: `cmd/subscribers.go`, with Go's way of writing a time. Buttondown: the names and types of its API. Mailchimp and
Substack: the head lines of public files that read their exports.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from carrel.db import Database
from carrel.mail import suppression
from newsletter.subscribers.models import Subscriber
from tests.newsletter.transfer.conftest import SINCE, Write, fates, look, take

pytestmark = pytest.mark.usefixtures("library")

MAILCHIMP = (
    '"Email Address","First Name","Last Name",Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,'
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,{more}LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
MEMBER = '{address},A,B,"1 Quiet St, Town",2,"2020-01-05 10:00:00",192.0.2.1,"2020-01-05 10:01:00",,,,,,,US,NY,{more}'
MEMBER += '"2021-01-05 10:00:00",1,abc,,"""a"",""b"""'
GHOST = "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers"
SUBSTACK = "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at"
BUTTONDOWN = "email_address,type,creation_date,unsubscription_date,source,tags,notes,metadata"
MAILPOET = '"Email","First name","Last name","List status","Global status","IP address","List"'
LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at"


def member(address: str, more: str = "") -> str:
    return MEMBER.format(address=address, more=more)


def test_mailchimps_subscribed_members(db: Database, write: Write) -> None:
    checked = take(db, write(member("a5@example.org"), head=MAILCHIMP.format(more="")))
    assert (checked.parsed.service, fates(checked)) == ("Mailchimp", {"a5@example.org": "added"})
    with db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        assert (anna.source, anna.frequency) == ("Mailchimp", "weekly")
        assert anna.confirmed_at == datetime(2020, 1, 5, 10, 1, tzinfo=UTC)
        assert {row.exam.slug for row in anna.subscriptions if row.exam} == {"cpb", "ccm"}


@pytest.mark.parametrize(
    ("name", "columns", "cells", "fate"),
    [
        (
            "unsubscribed_members_export_1a.csv",
            "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,",
            '"2022-02-02 02:02:02",May,77,NO_LONGER,,',
            "left",
        ),
        (
            "cleaned_members_export_1a.csv",
            "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,",
            ",,,",
            "bounced",
        ),
        (
            "renamed.csv",
            "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,",
            '"2022-02-02 02:02:02",May,7,',
            "bounced",
        ),
        ("nonsubscribed_members_export_1a.csv", "", "", "pending"),
        ("archived_members_export_1a.csv", "", "", "left"),
    ],
)
def test_mailchimps_other_members_are_never_subscribed(
    db: Database, write: Write, name: str, columns: str, cells: str, *, fate: str
) -> None:
    path = write(member("anna@example.org", cells), head=MAILCHIMP.format(more=columns), name=name)
    assert fates(take(db, path)) == {"anna@example.org": fate}
    with db.read() as session:
        assert session.scalars(select(Subscriber)).all() == []
        kinds = [reason.kind for reason in suppression.reasons(session, "anna@example.org")]
    assert kinds == ([] if fate == "pending" else ["newsletter"])


def test_ghosts_members(db: Database, write: Write) -> None:
    path = write(
        "m1,anna@example.org,Anna,,true,false,,2024-01-15T10:00:00.000Z,,,",
        'm2,ben@example.org,"Ben ""B""",,false,false,,2024-01-15T10:00:00.000Z,,,',
        "m3,cleo@example.org,,,true,true,cus_1,2024-01-15T10:00:00.000Z,2025-01-01T00:00:00.000Z,vip,Gold",
        head=GHOST,
    )
    checked = look(db, path)
    assert checked.parsed.service == "Ghost"
    assert fates(checked) == {
        "anna@example.org": "added",
        "ben@example.org": "left",
        "cleo@example.org": "left",
    }


def test_substacks_email_list(db: Database, write: Write) -> None:
    path = write(
        "anna@example.org,false,,other,false,2024-01-01,",
        "ben@example.org,true,2027-01-01T00:00:00.000Z,monthly,false,2024-02-01T10:00:00.000Z,2024-02-01T10:00:00.000Z",
        "cleo@example.org,false,,other,true,2024-03-01,",
        head=SUBSTACK,
        name="email_list.desk.csv",
    )
    checked = look(db, path)
    assert checked.parsed.service == "Substack"
    assert fates(checked) == {
        "anna@example.org": "added",
        "ben@example.org": "added",
        "cleo@example.org": "left",
    }


def test_the_list_of_substacks_dashboard(db: Database, write: Write) -> None:
    path = write(
        "anna@example.org,Anna,Free,,2024-01-01T08:00:00.000Z,12",
        "ben@example.org,Ben,Founding,2025-01-01,2024-02-01T10:00:00.000Z,30",
        head="Email,Name,Type,Cancel date,Start date,Emails received (6mo)",
    )
    checked = look(db, path)
    assert checked.parsed.service == "Substack"
    assert fates(checked) == {"anna@example.org": "added", "ben@example.org": "added"}
    assert checked.parsed.rows[0].at == datetime(2024, 1, 1, 8, tzinfo=UTC)


def test_buttondowns_subscribers(db: Database, write: Write) -> None:
    types = {
        "regular": "added",
        "premium": "added",
        "gifted": "added",
        "churning": "added",
        "past_due": "added",
        "paused": "added",
        "unactivated": "pending",
        "unsubscribed": "left",
        "removed": "left",
        "undeliverable": "bounced",
        "spammy": "complained",
        "of-a-new-kind": "invalid",
    }
    lines = [f"{kind}@example.org,{kind},2024-01-15T10:00:00Z,,organic,,," for kind in types]
    checked = look(db, write(*lines, head=BUTTONDOWN))
    assert checked.parsed.service == "Buttondown"
    assert fates(checked) == {f"{kind}@example.org": fate for kind, fate in types.items()}
    assert checked.parsed.rows[0].source == "Buttondown: organic"


def test_mailpoets_subscribers_come_once_for_each_list(db: Database, write: Write) -> None:
    path = write(
        r'"anna@example.org","Anna \"A, B\" C","","unsubscribed","subscribed","","Old list"',
        '"anna@example.org","Anna","","subscribed","subscribed","","Newsletter"',
        '"ben@example.org","","","unsubscribed","subscribed","","Newsletter"',
        '"cleo@example.org","","","subscribed","unsubscribed","","Newsletter"',
        '"dora@example.org","","","subscribed","bounced","","Newsletter"',
        '"emil@example.org","","","unconfirmed","unconfirmed","","Newsletter"',
        '"fay@example.org","","","subscribed","inactive","","Newsletter"',
        head=MAILPOET,
        encoding="utf-8-sig",
    )
    checked = look(db, path, SINCE)
    assert checked.parsed.service == "MailPoet"
    assert [(line.number, line.fate.value) for line in checked.lines] == [
        (2, "repeated"),
        (3, "added"),
        (4, "left"),
        (5, "left"),
        (6, "bounced"),
        (7, "pending"),
        (8, "added"),
    ]


def test_listmonks_subscribers(db: Database, write: Write) -> None:
    path = write(
        '1-1,anna@example.org,Anna,"{""city"": ""X, Y""}",enabled,2024-01-15 10:00:00.123456 +0000 UTC,2024-01-15',
        "1-2,ben@example.org,Ben,{},blocklisted,2024-01-15 10:00:00 +0000 +0000,2024-01-15",
        "1-3,cleo@example.org,Cleo,{},disabled,2024-01-15 10:00:00 +0000 UTC,2024-01-15",
        head=LISTMONK,
    )
    checked = look(db, path)
    assert checked.parsed.service == "listmonk"
    assert fates(checked) == {
        "anna@example.org": "added",
        "ben@example.org": "left",
        "cleo@example.org": "left",
    }
    assert checked.parsed.rows[0].at == datetime(2024, 1, 15, 10, 0, 0, 123456, tzinfo=UTC)
