"""The schema of the first release"""

import sqlalchemy as sa
from alembic import op

from carrel.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ad_count",
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("ad", sa.String(length=20), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("exam", sa.String(length=80), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "ad", "slot", "exam", name=op.f("pk_ad_count")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alarm_open_key",
            ["key"],
            unique=True,
            sqlite_where=sa.text("acknowledged_at IS NULL"),
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        )

    op.create_table(
        "article_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_body")),
    )
    op.create_table(
        "asked",
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("times >= 1", name=op.f("ck_asked_times")),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_asked")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_epoch_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "exam",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=200), nullable=False),
        sa.Column("body_url", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("disclaimer", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pass_noun", sa.String(length=80), nullable=True),
        sa.Column("pass_line", sa.String(length=300), nullable=True),
        sa.Column("in_files", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam")),
        sa.UniqueConstraint("slug", name=op.f("uq_exam_slug")),
    )
    op.create_table(
        "house_ad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("label", sa.String(length=13), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("exams", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("price_cents_per_thousand", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(length=80), nullable=True),
        sa.Column("picture_width", sa.Integer(), nullable=False),
        sa.Column("picture_height", sa.Integer(), nullable=False),
        sa.Column("picture_alt", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'image' OR (picture IS NOT NULL AND picture_width > 0 AND picture_height > 0)",
            name=op.f("ck_house_ad_picture_of_an_image"),
        ),
        sa.CheckConstraint("kind IN ('text', 'image')", name=op.f("ck_house_ad_kind")),
        sa.CheckConstraint("label IN ('Advertisement', 'Sponsored')", name=op.f("ck_house_ad_label")),
        sa.CheckConstraint("cap IS NULL OR cap > 0", name=op.f("ck_house_ad_cap")),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at", name=op.f("ck_house_ad_dates")
        ),
        sa.CheckConstraint("price_cents_per_thousand >= 0", name=op.f("ck_house_ad_price")),
        sa.CheckConstraint("weight BETWEEN 1 AND 1000", name=op.f("ck_house_ad_weight")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_ad")),
        sa.UniqueConstraint("name", name=op.f("uq_house_ad_name")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("frozen_through", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=254), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("send_until", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("slices", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('finished', 'stopped')) = (finished_at IS NOT NULL)", name=op.f("ck_issue_finished")
        ),
        sa.CheckConstraint("pace IN ('each', 'daily', 'weekly', 'monthly')", name=op.f("ck_issue_pace")),
        sa.CheckConstraint(
            "state IN ('draft', 'frozen', 'waiting', 'sending', 'paused', 'stopped', 'finished')",
            name=op.f("ck_issue_state"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'stopped') OR frozen_at IS NOT NULL", name=op.f("ck_issue_frozen_with_time")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'paused') OR (started_at IS NOT NULL AND send_until IS NOT NULL)",
            name=op.f("ck_issue_started"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("pace", "period", name=op.f("uq_issue_pace_period")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "limit_hits",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "key_hash", name=op.f("pk_limit_hits")),
    )
    with op.batch_alter_table("limit_hits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_limit_hits_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "mail_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("backup_made_at", UtcDateTime(), nullable=False),
        sa.Column("reconciled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_hold_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_hold")),
    )
    op.create_table(
        "operator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("code_seed", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_step", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("set_up_at", UtcDateTime(), nullable=True),
        sa.Column("setup_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("setup_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'editor', 'support')", name=op.f("ck_operator_role")),
        sa.CheckConstraint(
            "(set_up_at IS NULL) = (password_hash IS NULL)", name=op.f("ck_operator_set_up_with_password")
        ),
        sa.CheckConstraint(
            "(setup_hash IS NULL) = (setup_until IS NULL)", name=op.f("ck_operator_setup_with_its_end")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("email_key", name=op.f("uq_operator_email_key")),
        sa.UniqueConstraint("setup_hash", name=op.f("uq_operator_setup_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("to_key", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=43), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("handing_over", sa.Boolean(), nullable=False),
        sa.Column("held_up", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("pace IN ('asked', 'usual')", name=op.f("ck_outbox_mail_pace")),
        sa.CheckConstraint(
            "state <> 'claimed' OR owner IS NOT NULL", name=op.f("ck_outbox_mail_claimed_by_somebody")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'sent', 'failed', 'suppressed', 'uncertain')",
            name=op.f("ck_outbox_mail_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_mail_key")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_mail_due", ["state", "pace", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_mail_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_mail_to_key"), ["to_key"], unique=False)

    op.create_table(
        "pace_mark",
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("floor_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("pace IN ('each', 'daily', 'weekly', 'monthly')", name=op.f("ck_pace_mark_pace")),
        sa.PrimaryKeyConstraint("pace", name=op.f("pk_pace_mark")),
    )
    op.create_table(
        "page_count",
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("article", sa.String(length=200), nullable=False),
        sa.Column("exam", sa.String(length=80), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "article", "exam", name=op.f("pk_page_count")),
    )
    op.create_table(
        "plain_page",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("updated", sa.Date(), nullable=True),
        sa.Column("modified_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_plain_page")),
    )
    op.create_table(
        "reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("ad_free", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(email IS NULL) = (email_key IS NULL)", name=op.f("ck_reader_email_with_its_key")
        ),
        sa.CheckConstraint(
            "email IS NULL OR (erased_at IS NULL AND merged_into_id IS NULL)",
            name=op.f("ck_reader_gone_has_no_email"),
        ),
        sa.ForeignKeyConstraint(["merged_into_id"], ["reader.id"], name=op.f("fk_reader_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader")),
        sa.UniqueConstraint("email_key", name=op.f("uq_reader_email_key")),
    )
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    with op.batch_alter_table("reconciliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reconciliation_finished_at"), ["finished_at"], unique=False)

    op.create_table(
        "seen_mark",
        sa.Column("hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_seen_mark")),
    )
    with op.batch_alter_table("seen_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_mark_at"), ["at"], unique=False)

    op.create_table(
        "seen_salt",
        sa.Column("period", UtcDateTime(), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_seen_salt")),
    )
    op.create_table(
        "site_secret",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_secret")),
    )
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("dead_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(handled_at IS NULL) = (outcome = '')", name=op.f("ck_stripe_event_handled")),
        sa.CheckConstraint("outcome IN ('', 'done', 'ignored')", name=op.f("ck_stripe_event_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_stripe_event_source_event_id")),
    )
    with op.batch_alter_table("stripe_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stripe_event_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            "ix_stripe_event_waiting", ["handled_at", "dead_at", "next_try_at"], unique=False
        )

    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'left') = (left_at IS NOT NULL)", name=op.f("ck_subscriber_left_with_time")
        ),
        sa.CheckConstraint("pace IN ('each', 'daily', 'weekly', 'monthly')", name=op.f("ck_subscriber_pace")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_subscriber_confirmed_with_time")
        ),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'left')", name=op.f("ck_subscriber_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_subscriber_address_hash")),
        sa.UniqueConstraint("email_key", name=op.f("uq_subscriber_email_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.create_index("ix_subscriber_due", ["state", "pace"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "kind IN ('bounce', 'complaint', 'newsletter', 'by_hand')", name=op.f("ck_suppression_kind")
        ),
        sa.PrimaryKeyConstraint("address_hash", "kind", name=op.f("pk_suppression")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("in_files", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("slug", name=op.f("uq_topic_slug")),
    )
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("old_key", sa.String(length=254), nullable=False),
        sa.Column("undo_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("undo_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_address_change_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("undo_hash", name=op.f("uq_address_change_undo_hash")),
    )
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_change_old_key"), ["old_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_change_reader_id"), ["reader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_change_undo_until"), ["undo_until"], unique=False)

    op.create_table(
        "body_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stat", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["article_body.id"], name=op.f("fk_body_image_body_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_image")),
    )
    with op.batch_alter_table("body_image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_image_body_id"), ["body_id"], unique=False)

    op.create_table(
        "body_keyword",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["article_body.id"], name=op.f("fk_body_keyword_body_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("body_id", "word", name=op.f("pk_body_keyword")),
    )
    with op.batch_alter_table("body_keyword", schema=None) as batch_op:
        batch_op.create_index("ix_body_keyword_word", ["word", "body_id", "weight"], unique=False)

    op.create_table(
        "body_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["article_body.id"], name=op.f("fk_body_link_body_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_link")),
    )
    with op.batch_alter_table("body_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_link_body_id"), ["body_id"], unique=False)

    op.create_table(
        "domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "weight IS NULL OR source IS NOT NULL", name=op.f("ck_domain_weight_with_its_source")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_domain_exam_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain")),
        sa.UniqueConstraint("exam_id", "slug", name=op.f("uq_domain_exam_id_slug")),
    )
    op.create_table(
        "mailed_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_path", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'new_address') = (reader_id IS NOT NULL)",
            name=op.f("ck_mailed_link_new_address_of_a_reader"),
        ),
        sa.CheckConstraint("purpose IN ('sign_in', 'new_address')", name=op.f("ck_mailed_link_purpose")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_mailed_link_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_link")),
        sa.UniqueConstraint("browser_hash", name=op.f("uq_mailed_link_browser_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailed_link_token_hash")),
    )
    with op.batch_alter_table("mailed_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailed_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_mailed_link_open", ["email_key", "purpose", "used_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailed_link_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "operator_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("proven_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_operator_session_operator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_operator_session_token_hash")),
    )
    with op.batch_alter_table("operator_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operator_session_last_seen_at"), ["last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_operator_session_operator_id"), ["operator_id"], unique=False)

    op.create_table(
        "pass_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("return_to", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checkout_session_id", sa.String(length=255), nullable=True),
        sa.Column("price_id", sa.String(length=255), nullable=True),
        sa.Column("receipt_url", sa.String(length=2000), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'pending', 'paid', 'failed', 'expired')", name=op.f("ck_pass_order_state")
        ),
        sa.CheckConstraint(
            "currency = lower(currency) AND length(currency) = 3", name=op.f("ck_pass_order_currency")
        ),
        sa.CheckConstraint("price_cents > 0", name=op.f("ck_pass_order_price")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_pass_order_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_order")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_pass_order_checkout_session_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_pass_order_reference")),
    )
    with op.batch_alter_table("pass_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pass_order_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pass_order_reader_id"), ["reader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pass_order_state"), ["state"], unique=False)

    op.create_table(
        "private_feed",
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_private_feed_reader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_private_feed")),
        sa.UniqueConstraint("nonce", name=op.f("uq_private_feed_nonce")),
    )
    op.create_table(
        "reader_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("proven_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_reader_session_reader_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reader_session_token_hash")),
    )
    with op.batch_alter_table("reader_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_session_last_seen_at"), ["last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reader_session_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_recovery_code_operator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_operator_id"), ["operator_id"], unique=False)

    op.create_table(
        "rendering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.CheckConstraint("articles <> ''", name=op.f("ck_rendering_articles")),
        sa.CheckConstraint("edition IN ('guest', 'pass')", name=op.f("ck_rendering_edition")),
        sa.CheckConstraint(
            "(html IS NULL) = (text IS NULL) AND (html IS NULL) = (subject IS NULL)",
            name=op.f("ck_rendering_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_rendering_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rendering")),
        sa.UniqueConstraint(
            "issue_id", "edition", "articles", name=op.f("uq_rendering_issue_id_edition_articles")
        ),
    )
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("pace", sa.String(length=10), nullable=False),
        sa.Column("exams", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_from", sa.String(length=45), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_from", sa.String(length=45), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint(
            "how = 'mail' OR confirmed_at IS NOT NULL", name=op.f("ck_sign_up_only_mail_waits")
        ),
        sa.CheckConstraint("how IN ('mail', 'account', 'import')", name=op.f("ck_sign_up_how")),
        sa.CheckConstraint("pace IN ('each', 'daily', 'weekly', 'monthly')", name=op.f("ck_sign_up_pace")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_sign_up_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_up_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_up_subscriber_id"), ["subscriber_id"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(exam_id IS NULL) <> (topic_id IS NULL)", name=op.f("ck_subscription_exam_or_topic")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_subscription_exam_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_subscription_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("subscriber_id", "exam_id", name=op.f("uq_subscription_subscriber_id_exam_id")),
        sa.UniqueConstraint("subscriber_id", "topic_id", name=op.f("uq_subscription_subscriber_id_topic_id")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_exam_id"), ["exam_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscription_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("reviewer", sa.String(length=120), nullable=True),
        sa.Column("reviewed", sa.Date(), nullable=True),
        sa.Column("updated", sa.Date(), nullable=True),
        sa.Column("published", UtcDateTime(), nullable=True),
        sa.Column("expires", UtcDateTime(), nullable=True),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("ads", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("reading_minutes", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stat", sa.String(length=80), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("build_hash", sa.String(length=64), nullable=False),
        sa.Column("first_visible_at", UtcDateTime(), nullable=True),
        sa.Column("modified_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("title <> '' AND summary <> ''", name=op.f("ck_article_title_and_summary")),
        sa.CheckConstraint(
            "(body_id IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_article_body_unless_removed")
        ),
        sa.CheckConstraint(
            "(reviewer IS NULL) = (reviewed IS NULL)", name=op.f("ck_article_reviewer_with_date")
        ),
        sa.CheckConstraint(
            "expires IS NULL OR published IS NULL OR expires > published",
            name=op.f("ck_article_expires_later"),
        ),
        sa.CheckConstraint("reading_minutes >= 1", name=op.f("ck_article_minutes")),
        sa.ForeignKeyConstraint(["body_id"], ["article_body.id"], name=op.f("fk_article_body_id")),
        sa.ForeignKeyConstraint(
            ["domain_id"], ["domain.id"], name=op.f("fk_article_domain_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_article_exam_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("body_id", name=op.f("uq_article_body_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_slug")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_first_visible_at"), ["first_visible_at"], unique=False)
        batch_op.create_index("ix_article_shelf", ["exam_id", "position", "slug"], unique=False)

    op.create_table(
        "claim",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["pass_order.id"], name=op.f("fk_claim_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_email_key"), ["email_key"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("rendering_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(state IN ('queued', 'claimed')) = (ended_at IS NULL)", name=op.f("ck_delivery_ended_with_time")
        ),
        sa.CheckConstraint(
            "state <> 'claimed' OR (owner IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_delivery_claimed"),
        ),
        sa.CheckConstraint("state <> 'queued' OR begun_at IS NULL", name=op.f("ck_delivery_not_begun")),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'sent', 'failed', 'suppressed', 'unsubscribed', 'uncertain')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'uncertain') OR begun_at IS NOT NULL", name=op.f("ck_delivery_begun")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_delivery_issue_id")),
        sa.ForeignKeyConstraint(["rendering_id"], ["rendering.id"], name=op.f("fk_delivery_rendering_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_delivery_subscriber_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("subscriber_id", "issue_id", name=op.f("uq_delivery_subscriber_id_issue_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_state", ["issue_id", "state", "due_at"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("checkout_session_id", sa.String(length=255), nullable=False),
        sa.Column("payment_intent", sa.String(length=255), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("subtotal_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(outcome = 'held') = (trouble <> '')", name=op.f("ck_payment_trouble")),
        sa.CheckConstraint("outcome IN ('granted', 'second', 'held')", name=op.f("ck_payment_outcome")),
        sa.CheckConstraint("amount_cents = 0 OR payment_intent IS NOT NULL", name=op.f("ck_payment_intent")),
        sa.CheckConstraint("amount_cents >= 0 AND subtotal_cents >= 0", name=op.f("ck_payment_amounts")),
        sa.CheckConstraint(
            "currency = lower(currency) AND length(currency) = 3", name=op.f("ck_payment_currency")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["pass_order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_payment_checkout_session_id")),
        sa.UniqueConstraint("payment_intent", name=op.f("uq_payment_payment_intent")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_paid_at"), ["paid_at"], unique=False)

    op.create_table(
        "article_topic",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_topic_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_article_topic_topic_id")),
        sa.PrimaryKeyConstraint("article_id", "topic_id", name=op.f("pk_article_topic")),
    )
    with op.batch_alter_table("article_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_topic_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "delivered_article",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_delivered_article_article_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_delivered_article_issue_id")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_delivered_article_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "article_id", name=op.f("pk_delivered_article")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_dispute_amount")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_dispute_seq")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("stripe_id", "seq", name=op.f("uq_dispute_stripe_id_seq")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "issue_article",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("is_occasion", sa.Boolean(), nullable=False),
        sa.Column("piece", sa.JSON(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_issue_article_article_id")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_issue_article_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "article_id", name=op.f("pk_issue_article")),
    )
    with op.batch_alter_table("issue_article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issue_article_article_id"), ["article_id"], unique=False)

    op.create_table(
        "pass_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("checkout_session_id", sa.String(length=255), nullable=True),
        sa.Column("payment_intent", sa.String(length=255), nullable=True),
        sa.Column("reader_id", sa.Integer(), nullable=True),
        sa.Column("withdraws_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'gift') = (reader_id IS NOT NULL)", name=op.f("ck_pass_grant_gift")),
        sa.CheckConstraint(
            "(kind = 'purchase') = (checkout_session_id IS NOT NULL)", name=op.f("ck_pass_grant_session")
        ),
        sa.CheckConstraint(
            "(kind = 'purchase') = (payment_id IS NOT NULL)", name=op.f("ck_pass_grant_purchase")
        ),
        sa.CheckConstraint(
            "(kind = 'withdrawal') = (withdraws_id IS NOT NULL)", name=op.f("ck_pass_grant_withdrawal")
        ),
        sa.CheckConstraint(
            "kind = 'purchase' OR (actor <> '' AND reason <> '')", name=op.f("ck_pass_grant_answered_for")
        ),
        sa.CheckConstraint("kind IN ('purchase', 'gift', 'withdrawal')", name=op.f("ck_pass_grant_kind")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_pass_grant_payment_id")),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name=op.f("fk_pass_grant_reader_id")),
        sa.ForeignKeyConstraint(["withdraws_id"], ["pass_grant.id"], name=op.f("fk_pass_grant_withdraws_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_grant")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_pass_grant_checkout_session_id")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_pass_grant_payment_id")),
        sa.UniqueConstraint("payment_intent", name=op.f("uq_pass_grant_payment_intent")),
        sa.UniqueConstraint("withdraws_id", name=op.f("uq_pass_grant_withdraws_id")),
    )
    with op.batch_alter_table("pass_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pass_grant_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "redirect",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_redirect_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_redirect")),
    )
    with op.batch_alter_table("redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_redirect_article_id"), ["article_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_refund_amount")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_refund_seq")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("stripe_id", "seq", name=op.f("uq_refund_stripe_id_seq")),
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "refund_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'done', 'refused')", name=op.f("ck_refund_request_state")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_refund_request_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_request_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_request")),
    )
    with op.batch_alter_table("refund_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_request_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_refund_request_one_at_a_time",
            ["payment_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
