PRAGMA foreign_keys = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE ad_count (
	hour DATETIME NOT NULL, 
	ad VARCHAR(20) NOT NULL, 
	slot VARCHAR(40) NOT NULL, 
	exam VARCHAR(80) NOT NULL, 
	views INTEGER NOT NULL, 
	clicks INTEGER NOT NULL, 
	CONSTRAINT pk_ad_count PRIMARY KEY (hour, ad, slot, exam)
);
CREATE TABLE address_change (
	id INTEGER NOT NULL, 
	reader_id INTEGER NOT NULL, 
	old_email VARCHAR(254) NOT NULL, 
	old_key VARCHAR(254) NOT NULL, 
	undo_hash BLOB NOT NULL, 
	changed_at DATETIME NOT NULL, 
	undo_until DATETIME NOT NULL, 
	CONSTRAINT pk_address_change PRIMARY KEY (id), 
	CONSTRAINT fk_address_change_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id), 
	CONSTRAINT uq_address_change_undo_hash UNIQUE (undo_hash)
);
CREATE TABLE alarm (
	id INTEGER NOT NULL, 
	"key" VARCHAR(80) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	text TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	mailed_at DATETIME, 
	acknowledged_at DATETIME, 
	acknowledged_by VARCHAR(254), 
	CONSTRAINT pk_alarm PRIMARY KEY (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE article (
	id INTEGER NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	exam_id INTEGER NOT NULL, 
	domain_id INTEGER, 
	body_id INTEGER, 
	title VARCHAR(200) NOT NULL, 
	summary VARCHAR(500) NOT NULL, 
	author VARCHAR(120) NOT NULL, 
	reviewer VARCHAR(120), 
	reviewed DATE, 
	updated DATE, 
	published DATETIME, 
	expires DATETIME, 
	draft BOOLEAN NOT NULL, 
	ads BOOLEAN NOT NULL, 
	position INTEGER, 
	sources JSON NOT NULL, 
	changes JSON NOT NULL, 
	aliases JSON NOT NULL, 
	words INTEGER NOT NULL, 
	reading_minutes INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	stat VARCHAR(80) NOT NULL, 
	source_hash VARCHAR(64) NOT NULL, 
	build_hash VARCHAR(64) NOT NULL, 
	first_visible_at DATETIME, 
	modified_at DATETIME, 
	removed_at DATETIME, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT ck_article_title_and_summary CHECK (title <> '' AND summary <> ''), 
	CONSTRAINT ck_article_body_unless_removed CHECK ((body_id IS NULL) = (removed_at IS NOT NULL)), 
	CONSTRAINT ck_article_reviewer_with_date CHECK ((reviewer IS NULL) = (reviewed IS NULL)), 
	CONSTRAINT ck_article_expires_later CHECK (expires IS NULL OR published IS NULL OR expires > published), 
	CONSTRAINT ck_article_minutes CHECK (reading_minutes >= 1), 
	CONSTRAINT fk_article_body_id FOREIGN KEY(body_id) REFERENCES article_body (id), 
	CONSTRAINT fk_article_domain_id FOREIGN KEY(domain_id) REFERENCES domain (id) ON DELETE SET NULL, 
	CONSTRAINT fk_article_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id), 
	CONSTRAINT uq_article_body_id UNIQUE (body_id), 
	CONSTRAINT uq_article_slug UNIQUE (slug)
);
CREATE TABLE article_body (
	id INTEGER NOT NULL, 
	blocks JSON NOT NULL, 
	contents JSON NOT NULL, 
	anchors JSON NOT NULL, 
	text TEXT NOT NULL, 
	markdown TEXT NOT NULL, 
	CONSTRAINT pk_article_body PRIMARY KEY (id)
);
CREATE VIRTUAL TABLE article_search USING fts5(
    title, summary, body, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 0');
CREATE TABLE article_topic (
	article_id INTEGER NOT NULL, 
	topic_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_article_topic PRIMARY KEY (article_id, topic_id), 
	CONSTRAINT fk_article_topic_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_article_topic_topic_id FOREIGN KEY(topic_id) REFERENCES topic (id)
);
CREATE TABLE asked (
	address_hash BLOB NOT NULL, 
	times INTEGER NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_asked PRIMARY KEY (address_hash), 
	CONSTRAINT ck_asked_times CHECK (times >= 1)
);
CREATE TABLE audit_entry (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(254) NOT NULL, 
	action VARCHAR(80) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	"before" JSON, 
	"after" JSON, 
	CONSTRAINT pk_audit_entry PRIMARY KEY (id)
);
CREATE TABLE body_image (
	id INTEGER NOT NULL, 
	body_id INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	stat VARCHAR(80) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_body_image PRIMARY KEY (id), 
	CONSTRAINT fk_body_image_body_id FOREIGN KEY(body_id) REFERENCES article_body (id) ON DELETE CASCADE
);
CREATE TABLE body_keyword (
	body_id INTEGER NOT NULL, 
	word VARCHAR(40) NOT NULL, 
	weight DOUBLE NOT NULL, 
	CONSTRAINT pk_body_keyword PRIMARY KEY (body_id, word), 
	CONSTRAINT fk_body_keyword_body_id FOREIGN KEY(body_id) REFERENCES article_body (id) ON DELETE CASCADE
);
CREATE TABLE body_link (
	id INTEGER NOT NULL, 
	body_id INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	anchor TEXT NOT NULL, 
	url TEXT NOT NULL, 
	line INTEGER NOT NULL, 
	CONSTRAINT pk_body_link PRIMARY KEY (id), 
	CONSTRAINT fk_body_link_body_id FOREIGN KEY(body_id) REFERENCES article_body (id) ON DELETE CASCADE
);
CREATE TABLE claim (
	order_id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	email_key VARCHAR(254) NOT NULL, 
	CONSTRAINT pk_claim PRIMARY KEY (order_id), 
	CONSTRAINT fk_claim_order_id FOREIGN KEY(order_id) REFERENCES pass_order (id) ON DELETE CASCADE
);
CREATE TABLE delivered_article (
	subscriber_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	CONSTRAINT pk_delivered_article PRIMARY KEY (subscriber_id, article_id), 
	CONSTRAINT fk_delivered_article_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_delivered_article_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT fk_delivered_article_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE delivery (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	issue_id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	rendering_id INTEGER NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	due_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	owner VARCHAR(80), 
	lease_until DATETIME, 
	begun_at DATETIME, 
	ended_at DATETIME, 
	problem VARCHAR(300) NOT NULL, 
	CONSTRAINT ck_delivery_ended_with_time CHECK ((state IN ('queued', 'claimed')) = (ended_at IS NULL)), 
	CONSTRAINT ck_delivery_claimed CHECK (state <> 'claimed' OR (owner IS NOT NULL AND lease_until IS NOT NULL)), 
	CONSTRAINT ck_delivery_not_begun CHECK (state <> 'queued' OR begun_at IS NULL), 
	CONSTRAINT ck_delivery_state CHECK (state IN ('queued', 'claimed', 'sent', 'failed', 'suppressed', 'unsubscribed', 'uncertain')), 
	CONSTRAINT ck_delivery_begun CHECK (state NOT IN ('sent', 'uncertain') OR begun_at IS NOT NULL), 
	CONSTRAINT fk_delivery_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id), 
	CONSTRAINT fk_delivery_rendering_id FOREIGN KEY(rendering_id) REFERENCES rendering (id), 
	CONSTRAINT fk_delivery_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE SET NULL, 
	CONSTRAINT uq_delivery_subscriber_id_issue_id UNIQUE (subscriber_id, issue_id)
);
CREATE TABLE dispute (
	id INTEGER NOT NULL, 
	stripe_id VARCHAR(255) NOT NULL, 
	seq INTEGER NOT NULL, 
	payment_id INTEGER NOT NULL, 
	amount_cents INTEGER NOT NULL, 
	status VARCHAR(40) NOT NULL, 
	reason VARCHAR(80) NOT NULL, 
	due_at DATETIME, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_dispute PRIMARY KEY (id), 
	CONSTRAINT ck_dispute_amount CHECK (amount_cents >= 0), 
	CONSTRAINT ck_dispute_seq CHECK (seq >= 1), 
	CONSTRAINT fk_dispute_payment_id FOREIGN KEY(payment_id) REFERENCES payment (id), 
	CONSTRAINT uq_dispute_stripe_id_seq UNIQUE (stripe_id, seq)
);
CREATE TABLE domain (
	id INTEGER NOT NULL, 
	exam_id INTEGER NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	weight DOUBLE, 
	source TEXT, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_domain PRIMARY KEY (id), 
	CONSTRAINT ck_domain_weight_with_its_source CHECK (weight IS NULL OR source IS NOT NULL), 
	CONSTRAINT fk_domain_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id) ON DELETE CASCADE, 
	CONSTRAINT uq_domain_exam_id_slug UNIQUE (exam_id, slug)
);
CREATE TABLE epoch (
	id INTEGER NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_epoch PRIMARY KEY (id), 
	CONSTRAINT ck_epoch_one_row CHECK (id = 1)
);
CREATE TABLE exam (
	id INTEGER NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	body VARCHAR(200) NOT NULL, 
	body_url TEXT, 
	summary TEXT NOT NULL, 
	disclaimer TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	pass_noun VARCHAR(80), 
	pass_line VARCHAR(300), 
	in_files BOOLEAN NOT NULL, 
	CONSTRAINT pk_exam PRIMARY KEY (id), 
	CONSTRAINT uq_exam_slug UNIQUE (slug)
);
CREATE TABLE house_ad (
	id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	kind VARCHAR(5) NOT NULL, 
	title VARCHAR(80) NOT NULL, 
	text VARCHAR(200) NOT NULL, 
	url VARCHAR(2000) NOT NULL, 
	label VARCHAR(13) NOT NULL, 
	paid BOOLEAN NOT NULL, 
	weight INTEGER NOT NULL, 
	starts_at DATETIME, 
	ends_at DATETIME, 
	slots JSON NOT NULL, 
	exams JSON NOT NULL, 
	topics JSON NOT NULL, 
	cap INTEGER, 
	price_cents_per_thousand INTEGER NOT NULL, 
	picture VARCHAR(80), 
	picture_width INTEGER NOT NULL, 
	picture_height INTEGER NOT NULL, 
	picture_alt VARCHAR(200) NOT NULL, 
	active BOOLEAN NOT NULL, 
	told VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	CONSTRAINT pk_house_ad PRIMARY KEY (id), 
	CONSTRAINT ck_house_ad_picture_of_an_image CHECK (kind <> 'image' OR (picture IS NOT NULL AND picture_width > 0 AND picture_height > 0)), 
	CONSTRAINT ck_house_ad_kind CHECK (kind IN ('text', 'image')), 
	CONSTRAINT ck_house_ad_label CHECK (label IN ('Advertisement', 'Sponsored')), 
	CONSTRAINT ck_house_ad_cap CHECK (cap IS NULL OR cap > 0), 
	CONSTRAINT ck_house_ad_dates CHECK (ends_at IS NULL OR starts_at IS NULL OR starts_at < ends_at), 
	CONSTRAINT ck_house_ad_price CHECK (price_cents_per_thousand >= 0), 
	CONSTRAINT ck_house_ad_weight CHECK (weight BETWEEN 1 AND 1000), 
	CONSTRAINT uq_house_ad_name UNIQUE (name)
);
CREATE TABLE issue (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	pace VARCHAR(10) NOT NULL, 
	period VARCHAR(120) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	reason VARCHAR(300) NOT NULL, 
	due_at DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	frozen_through INTEGER NOT NULL, 
	recipients INTEGER NOT NULL, 
	frozen_at DATETIME, 
	approved_by VARCHAR(254), 
	started_at DATETIME, 
	send_until DATETIME, 
	finished_at DATETIME, 
	slices INTEGER NOT NULL, 
	CONSTRAINT ck_issue_finished CHECK ((state IN ('finished', 'stopped')) = (finished_at IS NOT NULL)), 
	CONSTRAINT ck_issue_pace CHECK (pace IN ('each', 'daily', 'weekly', 'monthly')), 
	CONSTRAINT ck_issue_state CHECK (state IN ('draft', 'frozen', 'waiting', 'sending', 'paused', 'stopped', 'finished')), 
	CONSTRAINT ck_issue_frozen_with_time CHECK (state IN ('draft', 'stopped') OR frozen_at IS NOT NULL), 
	CONSTRAINT ck_issue_started CHECK (state NOT IN ('sending', 'paused') OR (started_at IS NOT NULL AND send_until IS NOT NULL)), 
	CONSTRAINT uq_issue_pace_period UNIQUE (pace, period)
);
CREATE TABLE issue_article (
	issue_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	is_occasion BOOLEAN NOT NULL, 
	piece JSON, 
	withdrawn_at DATETIME, 
	CONSTRAINT pk_issue_article PRIMARY KEY (issue_id, article_id), 
	CONSTRAINT fk_issue_article_article_id FOREIGN KEY(article_id) REFERENCES article (id), 
	CONSTRAINT fk_issue_article_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id) ON DELETE CASCADE
);
CREATE TABLE limit_hits (
	name VARCHAR(40) NOT NULL, 
	key_hash BLOB NOT NULL, 
	hits JSON NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_limit_hits PRIMARY KEY (name, key_hash)
);
CREATE TABLE mail_hold (
	id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	backup_made_at DATETIME NOT NULL, 
	reconciled_at DATETIME, 
	CONSTRAINT pk_mail_hold PRIMARY KEY (id), 
	CONSTRAINT ck_mail_hold_one_row CHECK (id = 1)
);
CREATE TABLE mailed_link (
	id INTEGER NOT NULL, 
	purpose VARCHAR(12) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	email_key VARCHAR(254) NOT NULL, 
	reader_id INTEGER, 
	token_hash BLOB NOT NULL, 
	browser_hash BLOB, 
	code_hash BLOB, 
	tries INTEGER NOT NULL, 
	next_path VARCHAR(500) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_mailed_link PRIMARY KEY (id), 
	CONSTRAINT ck_mailed_link_new_address_of_a_reader CHECK ((purpose = 'new_address') = (reader_id IS NOT NULL)), 
	CONSTRAINT ck_mailed_link_purpose CHECK (purpose IN ('sign_in', 'new_address')), 
	CONSTRAINT fk_mailed_link_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id), 
	CONSTRAINT uq_mailed_link_browser_hash UNIQUE (browser_hash), 
	CONSTRAINT uq_mailed_link_token_hash UNIQUE (token_hash)
);
CREATE TABLE operator (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	email VARCHAR(254) NOT NULL, 
	email_key VARCHAR(254) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	password_hash VARCHAR(300), 
	code_seed BLOB NOT NULL, 
	code_step INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	set_up_at DATETIME, 
	setup_hash BLOB, 
	setup_until DATETIME, 
	CONSTRAINT ck_operator_role CHECK (role IN ('owner', 'editor', 'support')), 
	CONSTRAINT ck_operator_set_up_with_password CHECK ((set_up_at IS NULL) = (password_hash IS NULL)), 
	CONSTRAINT ck_operator_setup_with_its_end CHECK ((setup_hash IS NULL) = (setup_until IS NULL)), 
	CONSTRAINT uq_operator_email_key UNIQUE (email_key), 
	CONSTRAINT uq_operator_setup_hash UNIQUE (setup_hash)
);
CREATE TABLE operator_session (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	token_hash BLOB NOT NULL, 
	browser VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	proven_at DATETIME NOT NULL, 
	CONSTRAINT pk_operator_session PRIMARY KEY (id), 
	CONSTRAINT fk_operator_session_operator_id FOREIGN KEY(operator_id) REFERENCES operator (id) ON DELETE CASCADE, 
	CONSTRAINT uq_operator_session_token_hash UNIQUE (token_hash)
);
CREATE TABLE outbox_mail (
	id INTEGER NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	pace VARCHAR(10) NOT NULL, 
	private BOOLEAN NOT NULL, 
	to_address VARCHAR(254) NOT NULL, 
	to_key VARCHAR(254) NOT NULL, 
	subject VARCHAR(255) NOT NULL, 
	text TEXT NOT NULL, 
	html TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	due_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	owner VARCHAR(43), 
	lease_until DATETIME, 
	handing_over BOOLEAN NOT NULL, 
	held_up BOOLEAN NOT NULL, 
	problem VARCHAR(300) NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_outbox_mail PRIMARY KEY (id), 
	CONSTRAINT ck_outbox_mail_pace CHECK (pace IN ('asked', 'usual')), 
	CONSTRAINT ck_outbox_mail_claimed_by_somebody CHECK (state <> 'claimed' OR owner IS NOT NULL), 
	CONSTRAINT ck_outbox_mail_state CHECK (state IN ('queued', 'claimed', 'sent', 'failed', 'suppressed', 'uncertain')), 
	CONSTRAINT uq_outbox_mail_key UNIQUE ("key")
);
CREATE TABLE pace_mark (
	pace VARCHAR(10) NOT NULL, 
	due_at DATETIME NOT NULL, 
	floor_at DATETIME NOT NULL, 
	CONSTRAINT pk_pace_mark PRIMARY KEY (pace), 
	CONSTRAINT ck_pace_mark_pace CHECK (pace IN ('each', 'daily', 'weekly', 'monthly'))
);
CREATE TABLE page_count (
	hour DATETIME NOT NULL, 
	article VARCHAR(200) NOT NULL, 
	exam VARCHAR(80) NOT NULL, 
	views INTEGER NOT NULL, 
	CONSTRAINT pk_page_count PRIMARY KEY (hour, article, exam)
);
CREATE TABLE pass_grant (
	id INTEGER NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	payment_id INTEGER, 
	checkout_session_id VARCHAR(255), 
	payment_intent VARCHAR(255), 
	reader_id INTEGER, 
	withdraws_id INTEGER, 
	actor VARCHAR(254) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_pass_grant PRIMARY KEY (id), 
	CONSTRAINT ck_pass_grant_gift CHECK ((kind = 'gift') = (reader_id IS NOT NULL)), 
	CONSTRAINT ck_pass_grant_session CHECK ((kind = 'purchase') = (checkout_session_id IS NOT NULL)), 
	CONSTRAINT ck_pass_grant_purchase CHECK ((kind = 'purchase') = (payment_id IS NOT NULL)), 
	CONSTRAINT ck_pass_grant_withdrawal CHECK ((kind = 'withdrawal') = (withdraws_id IS NOT NULL)), 
	CONSTRAINT ck_pass_grant_answered_for CHECK (kind = 'purchase' OR (actor <> '' AND reason <> '')), 
	CONSTRAINT ck_pass_grant_kind CHECK (kind IN ('purchase', 'gift', 'withdrawal')), 
	CONSTRAINT fk_pass_grant_payment_id FOREIGN KEY(payment_id) REFERENCES payment (id), 
	CONSTRAINT fk_pass_grant_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id), 
	CONSTRAINT fk_pass_grant_withdraws_id FOREIGN KEY(withdraws_id) REFERENCES pass_grant (id), 
	CONSTRAINT uq_pass_grant_checkout_session_id UNIQUE (checkout_session_id), 
	CONSTRAINT uq_pass_grant_payment_id UNIQUE (payment_id), 
	CONSTRAINT uq_pass_grant_payment_intent UNIQUE (payment_intent), 
	CONSTRAINT uq_pass_grant_withdraws_id UNIQUE (withdraws_id)
);
CREATE TABLE pass_order (
	id INTEGER NOT NULL, 
	reference VARCHAR(40) NOT NULL, 
	reader_id INTEGER NOT NULL, 
	price_cents INTEGER NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	return_to VARCHAR(500) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	version INTEGER NOT NULL, 
	checkout_session_id VARCHAR(255), 
	price_id VARCHAR(255), 
	receipt_url VARCHAR(2000), 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_pass_order PRIMARY KEY (id), 
	CONSTRAINT ck_pass_order_state CHECK (state IN ('open', 'pending', 'paid', 'failed', 'expired')), 
	CONSTRAINT ck_pass_order_currency CHECK (currency = lower(currency) AND length(currency) = 3), 
	CONSTRAINT ck_pass_order_price CHECK (price_cents > 0), 
	CONSTRAINT fk_pass_order_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id), 
	CONSTRAINT uq_pass_order_checkout_session_id UNIQUE (checkout_session_id), 
	CONSTRAINT uq_pass_order_reference UNIQUE (reference)
);
CREATE TABLE passkey (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	credential_id BLOB NOT NULL, 
	public_key BLOB NOT NULL, 
	sign_count BIGINT NOT NULL, 
	name VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_passkey PRIMARY KEY (id), 
	CONSTRAINT fk_passkey_operator_id FOREIGN KEY(operator_id) REFERENCES operator (id) ON DELETE CASCADE, 
	CONSTRAINT uq_passkey_credential_id UNIQUE (credential_id)
);
CREATE TABLE passkey_challenge (
	challenge BLOB NOT NULL, 
	operator_id INTEGER, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_passkey_challenge PRIMARY KEY (challenge), 
	CONSTRAINT fk_passkey_challenge_operator_id FOREIGN KEY(operator_id) REFERENCES operator (id) ON DELETE CASCADE
);
CREATE TABLE payment (
	id INTEGER NOT NULL, 
	order_id INTEGER NOT NULL, 
	checkout_session_id VARCHAR(255) NOT NULL, 
	payment_intent VARCHAR(255), 
	amount_cents INTEGER NOT NULL, 
	subtotal_cents INTEGER NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	outcome VARCHAR(8) NOT NULL, 
	trouble VARCHAR(40) NOT NULL, 
	paid_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_payment PRIMARY KEY (id), 
	CONSTRAINT ck_payment_trouble CHECK ((outcome = 'held') = (trouble <> '')), 
	CONSTRAINT ck_payment_outcome CHECK (outcome IN ('granted', 'second', 'held')), 
	CONSTRAINT ck_payment_intent CHECK (amount_cents = 0 OR payment_intent IS NOT NULL), 
	CONSTRAINT ck_payment_amounts CHECK (amount_cents >= 0 AND subtotal_cents >= 0), 
	CONSTRAINT ck_payment_currency CHECK (currency = lower(currency) AND length(currency) = 3), 
	CONSTRAINT fk_payment_order_id FOREIGN KEY(order_id) REFERENCES pass_order (id), 
	CONSTRAINT uq_payment_checkout_session_id UNIQUE (checkout_session_id), 
	CONSTRAINT uq_payment_payment_intent UNIQUE (payment_intent)
);
CREATE TABLE plain_page (
	slug VARCHAR(80) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	summary VARCHAR(500), 
	html TEXT NOT NULL, 
	updated DATE, 
	modified_at DATETIME, 
	CONSTRAINT pk_plain_page PRIMARY KEY (slug)
);
CREATE TABLE private_feed (
	reader_id INTEGER NOT NULL, 
	nonce VARCHAR(43) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_private_feed PRIMARY KEY (reader_id), 
	CONSTRAINT fk_private_feed_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id) ON DELETE CASCADE, 
	CONSTRAINT uq_private_feed_nonce UNIQUE (nonce)
);
CREATE TABLE reader (
	id INTEGER NOT NULL, 
	email VARCHAR(254), 
	email_key VARCHAR(254), 
	ad_free BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	erased_at DATETIME, 
	merged_into_id INTEGER, 
	CONSTRAINT pk_reader PRIMARY KEY (id), 
	CONSTRAINT ck_reader_email_with_its_key CHECK ((email IS NULL) = (email_key IS NULL)), 
	CONSTRAINT ck_reader_gone_has_no_email CHECK (email IS NULL OR (erased_at IS NULL AND merged_into_id IS NULL)), 
	CONSTRAINT fk_reader_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES reader (id), 
	CONSTRAINT uq_reader_email_key UNIQUE (email_key)
);
CREATE TABLE reader_session (
	id INTEGER NOT NULL, 
	reader_id INTEGER NOT NULL, 
	token_hash BLOB NOT NULL, 
	browser VARCHAR(60) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	proven_at DATETIME, 
	CONSTRAINT pk_reader_session PRIMARY KEY (id), 
	CONSTRAINT fk_reader_session_reader_id FOREIGN KEY(reader_id) REFERENCES reader (id) ON DELETE CASCADE, 
	CONSTRAINT uq_reader_session_token_hash UNIQUE (token_hash)
);
CREATE TABLE reconciliation (
	id INTEGER NOT NULL, 
	days INTEGER NOT NULL, 
	found INTEGER NOT NULL, 
	finished_at DATETIME NOT NULL, 
	CONSTRAINT pk_reconciliation PRIMARY KEY (id)
);
CREATE TABLE recovery_code (
	code_hash BLOB NOT NULL, 
	operator_id INTEGER NOT NULL, 
	CONSTRAINT pk_recovery_code PRIMARY KEY (code_hash), 
	CONSTRAINT fk_recovery_code_operator_id FOREIGN KEY(operator_id) REFERENCES operator (id) ON DELETE CASCADE
);
CREATE TABLE redirect (
	slug VARCHAR(80) NOT NULL, 
	article_id INTEGER NOT NULL, 
	CONSTRAINT pk_redirect PRIMARY KEY (slug), 
	CONSTRAINT fk_redirect_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE refund (
	id INTEGER NOT NULL, 
	stripe_id VARCHAR(255) NOT NULL, 
	seq INTEGER NOT NULL, 
	payment_id INTEGER NOT NULL, 
	amount_cents INTEGER NOT NULL, 
	status VARCHAR(40) NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	CONSTRAINT pk_refund PRIMARY KEY (id), 
	CONSTRAINT ck_refund_amount CHECK (amount_cents > 0), 
	CONSTRAINT ck_refund_seq CHECK (seq >= 1), 
	CONSTRAINT fk_refund_payment_id FOREIGN KEY(payment_id) REFERENCES payment (id), 
	CONSTRAINT uq_refund_stripe_id_seq UNIQUE (stripe_id, seq)
);
CREATE TABLE refund_request (
	id INTEGER NOT NULL, 
	payment_id INTEGER NOT NULL, 
	amount_cents INTEGER NOT NULL, 
	actor VARCHAR(254) NOT NULL, 
	reason VARCHAR(500) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	last_error VARCHAR(200) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	next_try_at DATETIME NOT NULL, 
	CONSTRAINT pk_refund_request PRIMARY KEY (id), 
	CONSTRAINT ck_refund_request_state CHECK (state IN ('asked', 'done', 'refused')), 
	CONSTRAINT ck_refund_request_amount CHECK (amount_cents > 0), 
	CONSTRAINT fk_refund_request_payment_id FOREIGN KEY(payment_id) REFERENCES payment (id)
);
CREATE TABLE rendering (
	id INTEGER NOT NULL, 
	issue_id INTEGER NOT NULL, 
	edition VARCHAR(10) NOT NULL, 
	articles TEXT NOT NULL, 
	subject VARCHAR(255), 
	text TEXT, 
	html TEXT, 
	CONSTRAINT pk_rendering PRIMARY KEY (id), 
	CONSTRAINT ck_rendering_articles CHECK (articles <> ''), 
	CONSTRAINT ck_rendering_edition CHECK (edition IN ('guest', 'pass')), 
	CONSTRAINT ck_rendering_whole CHECK ((html IS NULL) = (text IS NULL) AND (html IS NULL) = (subject IS NULL)), 
	CONSTRAINT fk_rendering_issue_id FOREIGN KEY(issue_id) REFERENCES issue (id) ON DELETE CASCADE, 
	CONSTRAINT uq_rendering_issue_id_edition_articles UNIQUE (issue_id, edition, articles)
);
CREATE TABLE seen_mark (
	hash BLOB NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_seen_mark PRIMARY KEY (hash)
);
CREATE TABLE seen_salt (
	period DATETIME NOT NULL, 
	value BLOB NOT NULL, 
	CONSTRAINT pk_seen_salt PRIMARY KEY (period)
);
CREATE TABLE sign_up (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subscriber_id INTEGER NOT NULL, 
	how VARCHAR(10) NOT NULL, 
	text_version VARCHAR(20) NOT NULL, 
	source VARCHAR(80) NOT NULL, 
	pace VARCHAR(10) NOT NULL, 
	exams JSON NOT NULL, 
	topics JSON NOT NULL, 
	asked_at DATETIME NOT NULL, 
	asked_from VARCHAR(45) NOT NULL, 
	confirmed_at DATETIME, 
	confirmed_from VARCHAR(45) NOT NULL, 
	token_hash BLOB, 
	browser_hash BLOB, 
	CONSTRAINT ck_sign_up_only_mail_waits CHECK (how = 'mail' OR confirmed_at IS NOT NULL), 
	CONSTRAINT ck_sign_up_how CHECK (how IN ('mail', 'account', 'import')), 
	CONSTRAINT ck_sign_up_pace CHECK (pace IN ('each', 'daily', 'weekly', 'monthly')), 
	CONSTRAINT fk_sign_up_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE, 
	CONSTRAINT uq_sign_up_token_hash UNIQUE (token_hash)
);
CREATE TABLE site_secret (
	name VARCHAR(40) NOT NULL, 
	value BLOB NOT NULL, 
	CONSTRAINT pk_site_secret PRIMARY KEY (name)
);
CREATE TABLE stripe_event (
	id INTEGER NOT NULL, 
	source VARCHAR(20) NOT NULL, 
	event_id VARCHAR(255) NOT NULL, 
	type VARCHAR(100) NOT NULL, 
	body JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	received_at DATETIME, 
	tries INTEGER NOT NULL, 
	next_try_at DATETIME NOT NULL, 
	leased_until DATETIME, 
	last_error VARCHAR(200) NOT NULL, 
	handled_at DATETIME, 
	outcome VARCHAR(8) NOT NULL, 
	dead_at DATETIME, 
	CONSTRAINT pk_stripe_event PRIMARY KEY (id), 
	CONSTRAINT ck_stripe_event_handled CHECK ((handled_at IS NULL) = (outcome = '')), 
	CONSTRAINT ck_stripe_event_outcome CHECK (outcome IN ('', 'done', 'ignored')), 
	CONSTRAINT uq_stripe_event_source_event_id UNIQUE (source, event_id)
);
CREATE TABLE subscriber (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	email VARCHAR(254) NOT NULL, 
	email_key VARCHAR(254) NOT NULL, 
	address_hash BLOB NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	pace VARCHAR(10) NOT NULL, 
	paused_until DATETIME, 
	source VARCHAR(80) NOT NULL, 
	created_at DATETIME NOT NULL, 
	confirmed_at DATETIME, 
	left_at DATETIME, 
	CONSTRAINT ck_subscriber_left_with_time CHECK ((state = 'left') = (left_at IS NOT NULL)), 
	CONSTRAINT ck_subscriber_pace CHECK (pace IN ('each', 'daily', 'weekly', 'monthly')), 
	CONSTRAINT ck_subscriber_confirmed_with_time CHECK (state <> 'confirmed' OR confirmed_at IS NOT NULL), 
	CONSTRAINT ck_subscriber_state CHECK (state IN ('pending', 'confirmed', 'left')), 
	CONSTRAINT uq_subscriber_address_hash UNIQUE (address_hash), 
	CONSTRAINT uq_subscriber_email_key UNIQUE (email_key)
);
CREATE TABLE subscription (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	exam_id INTEGER, 
	topic_id INTEGER, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_subscription PRIMARY KEY (id), 
	CONSTRAINT ck_subscription_exam_or_topic CHECK ((exam_id IS NULL) <> (topic_id IS NULL)), 
	CONSTRAINT fk_subscription_exam_id FOREIGN KEY(exam_id) REFERENCES exam (id), 
	CONSTRAINT fk_subscription_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE, 
	CONSTRAINT fk_subscription_topic_id FOREIGN KEY(topic_id) REFERENCES topic (id), 
	CONSTRAINT uq_subscription_subscriber_id_exam_id UNIQUE (subscriber_id, exam_id), 
	CONSTRAINT uq_subscription_subscriber_id_topic_id UNIQUE (subscriber_id, topic_id)
);
CREATE TABLE suppression (
	address_hash BLOB NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	since DATETIME NOT NULL, 
	note VARCHAR(300) NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (address_hash, kind), 
	CONSTRAINT ck_suppression_kind CHECK (kind IN ('bounce', 'complaint', 'newsletter', 'by_hand'))
);
CREATE TABLE topic (
	id INTEGER NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	in_files BOOLEAN NOT NULL, 
	CONSTRAINT pk_topic PRIMARY KEY (id), 
	CONSTRAINT uq_topic_slug UNIQUE (slug)
);
INSERT INTO alembic_version (version_num) VALUES ('0006');
INSERT INTO article (id, slug, exam_id, domain_id, body_id, title, summary, author, reviewer, reviewed, updated, published, expires, draft, ads, position, sources, changes, aliases, words, reading_minutes, path, stat, source_hash, build_hash, first_visible_at, modified_at, removed_at) VALUES (1, 'clean-claims', 1, 1, 1, 'Clean claims', 'A summary that is long enough to promise something to whoever reads it.', 'the editors', NULL, NULL, NULL, '2026-11-01 09:00:00.000000', NULL, 0, 1, 1, '[]', '[]', '[]', 10, 1, 'cpb/clean-claims.md', '', '8b447ac927397fa52dd459d2ff48e4c504e0a40f263e77dba87150a85044e384', '43e1c2f98ecdeab5abfaddcd9291c85fff8ecbe5734e609d97624248955702f7', '2026-11-21 12:00:00.108898', NULL, NULL);
INSERT INTO article (id, slug, exam_id, domain_id, body_id, title, summary, author, reviewer, reviewed, updated, published, expires, draft, ads, position, sources, changes, aliases, words, reading_minutes, path, stat, source_hash, build_hash, first_visible_at, modified_at, removed_at) VALUES (2, 'medicare-basics', 1, NULL, 2, 'Medicare basics', 'A summary that is long enough to promise something to whoever reads it.', 'the editors', NULL, NULL, NULL, '2026-11-02 09:00:00.000000', NULL, 0, 1, 2, '[]', '[]', '[]', 10, 1, 'cpb/medicare-basics.md', '', '054fa114e476cc7be311be96463bb3bdfa4d8c34716f58b6b1801bee4520fe0e', '43e1c2f98ecdeab5abfaddcd9291c85fff8ecbe5734e609d97624248955702f7', '2026-11-21 12:00:00.108898', NULL, NULL);
INSERT INTO article_body (id, blocks, contents, anchors, text, markdown) VALUES (1, '[{"kind": "heading", "words": 2, "html": "<h2 id=\"the-rule\">The rule<a class=\"anchor\" href=\"#the-rule\" aria-label=\"Link to this section\">#</a></h2>\n"}, {"kind": "paragraph", "words": 8, "html": "<p>A claim is clean when nothing is missing.</p>\n"}]', '[{"id": "the-rule", "text": "The rule", "level": 2}]', '["the-rule"]', 'The rule
A claim is clean when nothing is missing.', '## The rule

A claim is clean when nothing is missing.
');
INSERT INTO article_body (id, blocks, contents, anchors, text, markdown) VALUES (2, '[{"kind": "heading", "words": 2, "html": "<h2 id=\"the-rule\">The rule<a class=\"anchor\" href=\"#the-rule\" aria-label=\"Link to this section\">#</a></h2>\n"}, {"kind": "paragraph", "words": 8, "html": "<p>A claim is clean when nothing is missing.</p>\n"}]', '[{"id": "the-rule", "text": "The rule", "level": 2}]', '["the-rule"]', 'The rule
A claim is clean when nothing is missing.', '## The rule

A claim is clean when nothing is missing.
');
DELETE FROM article_search_config;
INSERT INTO article_search_config (k, v) VALUES ('version', 4);
DELETE FROM article_search_data;
INSERT INTO article_search_data (id, block) VALUES (1, X'02041A14');
INSERT INTO article_search_data (id, block) VALUES (10, X'00000000FF00000101010100010101010101000002');
INSERT INTO article_search_data (id, block) VALUES (137438953473, X'00000155023061010C010102010204010C010102010204010562617369630202030105636C61696D0108030102050106010205030365616E01080201020701060102070106656E6F7567680106010107010601010701026973010E01010501020606010E01010501020606020174010601010E010601010E01046C6F6E670106010106010601010601076D6564696361720202020203697373010601020B010601020B01046E6F746801060102090106010209010670726F6D697301060101090106010109010472656164010601010D010601010D0203756C65010601020301060102030106736F6D657468010601010A010601010A0206756D6D61726901060101030106010103010474686174010601010401060101040301650106010202010601020202016F01080101080501080101080501047768656E0106010208010601020803056F65766572010601010C010601010C04130A121012160D100C0F1012100F1212100D0F10');
DELETE FROM article_search_docsize;
INSERT INTO article_search_docsize (id, sz, origin) VALUES (1, X'020D0A', 1);
INSERT INTO article_search_docsize (id, sz, origin) VALUES (2, X'020D0A', 1);
DELETE FROM article_search_idx;
INSERT INTO article_search_idx (segid, term, pgno) VALUES (1, X'', 2);
INSERT INTO article_topic (article_id, topic_id, position) VALUES (1, 1, 0);
INSERT INTO article_topic (article_id, topic_id, position) VALUES (2, 2, 0);
INSERT INTO asked (address_hash, times, last_at) VALUES (X'788F932DC438BFC29B22A86D4547BD3C708245D616FC11B4DBDA4E453D51C961', 1, '2026-11-21 12:00:00.688856');
INSERT INTO audit_entry (id, at, actor, action, subject, reason, before, after) VALUES (1, '2026-11-21 12:00:00.564316', 'reader:3', 'reader.merge', 'reader:2', '', 'null', 'null');
INSERT INTO audit_entry (id, at, actor, action, subject, reason, before, after) VALUES (2, '2026-11-21 12:00:00.697127', 'recipe', 'operator.add', 'operator:olga@carrel.test', '', 'null', '{"role": "owner"}');
INSERT INTO audit_entry (id, at, actor, action, subject, reason, before, after) VALUES (3, '2026-11-21 12:00:01.026700', 'olga@carrel.test', 'operator.set_up', 'operator:olga@carrel.test', '', 'null', 'null');
INSERT INTO body_keyword (body_id, word, weight) VALUES (1, 'claim', 4.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (1, 'clean', 4.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (1, 'missing', 1.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (1, 'rule', 2.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'basic', 4.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'claim', 1.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'clean', 1.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'medicare', 4.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'missing', 1.0);
INSERT INTO body_keyword (body_id, word, weight) VALUES (2, 'rule', 2.0);
INSERT INTO domain (id, exam_id, slug, title, weight, source, position) VALUES (1, 1, 'claims', 'Claims', NULL, NULL, 0);
INSERT INTO domain (id, exam_id, slug, title, weight, source, position) VALUES (2, 1, 'rules', 'Rules', NULL, NULL, 1);
INSERT INTO epoch (id, value) VALUES (1, 6);
INSERT INTO exam (id, slug, name, title, body, body_url, summary, disclaimer, position, pass_noun, pass_line, in_files) VALUES (1, 'cpb', 'CPB', 'Certified CPB', 'Board of CPB', NULL, 'What the exam of CPB is about.', 'Not affiliated with the Board of CPB.', 1, NULL, NULL, 1);
INSERT INTO house_ad (id, name, kind, title, text, url, label, paid, weight, starts_at, ends_at, slots, exams, topics, cap, price_cents_per_thousand, picture, picture_width, picture_height, picture_alt, active, told, created_at, archived_at) VALUES (1, 'Ad 1', 'text', 'Sample pencils', 'They write.', 'https://pencils.example/', 'Advertisement', 0, 10, NULL, NULL, '[]', '[]', '[]', NULL, 0, NULL, 0, 0, '', 1, '', '2026-11-20 12:03:00.000000', NULL);
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('checkout-ip', X'49747C0BAB42EBF6E299EBE4577CA726AB86FB22BE842D999B1DC6A0A1ACE756', '[1795262400.397101]', '2026-11-21 13:00:00.397101');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('checkout-network', X'0FAB133735CCAC6D6870F074B5AE5A209A85C14BE9EF539221CBABB5A9A7D4E2', '[1795262400.39957]', '2026-11-21 13:00:00.399570');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('checkout-site', X'9BAB7700CAF3A21BDEC3B259132088E0FA9CD39A14874E6B3EFF082C9F386578', '[1795262400.401005]', '2026-11-21 12:01:00.401005');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('mail-address', X'09C2824E3C8042A28196C4DA521BA4EF453E8C0504A98029F5ABCC1B66D0E8A7', '[1795262400.539632]', '2026-11-22 12:00:00.539632');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('mail-address', X'3AC6F11B8B3996EFB03B080093F96060C1EC9F2E242E0D42469B1E885C1BE31F', '[1795262400.288002]', '2026-11-22 12:00:00.288002');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('mail-ip', X'79137B64E557868B541703825A0BD612DE200DBBA8C2400E234339650FA31553', '[1795262400.292557, 1795262400.541121]', '2026-11-21 13:00:00.541121');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('mail-network', X'90C126D24FC9663845840BFCDA6F396E4D6FD764D31D34A1C4D9ED586E675F11', '[1795262400.29397, 1795262400.542079]', '2026-11-21 12:30:00.542079');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('mail-site', X'9BAB7700CAF3A21BDEC3B259132088E0FA9CD39A14874E6B3EFF082C9F386578', '[1795262400.295358, 1795262400.542936]', '2026-11-21 13:00:00.542936');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-address', X'784691BEE837A44B9885F4E3D827CF7F67121EFC7F528189C91363C496310BF3', '[1795262400.614417]', '2026-11-22 12:00:00.614417');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-address', X'A2CA23F4EDB5FA00980084D563BB8377E9B6078119DEEF64DD47432E894259A6', '[1795262400.68748]', '2026-11-22 12:00:00.687480');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-ip', X'0FB7B61CEAD2D5052FE8A5D3117FADCC4B9CA5A694F9AA154941D8D27AE6039A', '[1795262400.594914]', '2026-11-21 13:00:00.594914');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-ip', X'FF6C9E2313C83EA9949540620D849CC1FDA3C19F028A28E13279150C7047043C', '[1795262400.683044]', '2026-11-21 13:00:00.683044');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-network', X'90C126D24FC9663845840BFCDA6F396E4D6FD764D31D34A1C4D9ED586E675F11', '[1795262400.596188, 1795262400.684371]', '2026-11-21 12:30:00.684371');
INSERT INTO limit_hits (name, key_hash, hits, expires_at) VALUES ('subscribe-site', X'9BAB7700CAF3A21BDEC3B259132088E0FA9CD39A14874E6B3EFF082C9F386578', '[1795262400.59715, 1795262400.685372]', '2026-11-21 13:00:00.685372');
INSERT INTO mailed_link (id, purpose, email, email_key, reader_id, token_hash, browser_hash, code_hash, tries, next_path, created_at, expires_at, used_at) VALUES (1, 'sign_in', 'anna@example.org', 'anna@example.org', NULL, X'0CDC79D01C59E98DA3B426F056D76F27FE549477E4D689C263DF4DC49CC61846', X'B002F843486CEB2D5AFDF7D98F06E7537AF9DE799789DA1EEC2464A70E99010B', X'9A3A60049DCAAA3D7996A2B563A248A47FF4973E47615E217DAFD28040ED6365', 0, '/account/', '2026-11-21 12:00:00.297213', '2026-11-21 12:10:00.297213', '2026-11-21 12:00:00.336996');
INSERT INTO mailed_link (id, purpose, email, email_key, reader_id, token_hash, browser_hash, code_hash, tries, next_path, created_at, expires_at, used_at) VALUES (2, 'sign_in', 'bob@example.org', 'bob@example.org', NULL, X'23B88C0598C2A3F28E4F5807F38A46E5E7B52026A9C4506185904E697BC76CEF', X'602B7A84DC1772BEDFE01EE9E1B7277109392D496C92A50E09E8B38FE9198A2D', X'A6BF9D238B5427D103393A5CD365B0C3CD14BDE52D4F166064C94DAD0C068DCA', 0, '/account/', '2026-11-21 12:00:00.544234', '2026-11-21 12:10:00.544234', '2026-11-21 12:00:00.554270');
INSERT INTO operator (id, email, email_key, role, password_hash, code_seed, code_step, created_at, set_up_at, setup_hash, setup_until) VALUES (1, 'olga@carrel.test', 'olga@carrel.test', 'owner', 'scrypt:32768:8:3$qLhlDvsMDlKuYWox$25b678a1c2b1389c29d05192146d0a8a663a5bb0ee357569c6daa50f0c30b24398e09e1834aa1461295f31a5b22733459a8e8f51e882f941297ed5a7b9c1858b', X'A73325EBD2F5F7DF3F4B78CD28A3552B98BAE8605DACAD5D598E61AC6AE02FBC', 59842080, '2026-11-21 12:00:00.696113', '2026-11-21 12:00:01.025353', NULL, NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (1, 'sign_in:0cdc79d01c59e98da3b426f056d76f27', 'website.accounts/sign_in', 'asked', 1, 'anna@example.org', 'anna@example.org', 'Sign in to Carrel', 'Somebody, most likely you, wants to sign in to Carrel with this address.

Open this link:
https://carrel.test/sign-in/ftOAhIaIGiPpdttVSXVYaTa2GGCGFuPJW5ctLAoHBaw

Or type this code in the browser where you asked:

    1644 9635

Link and code work once, and for ten minutes.

If it was not you, do nothing: without this mail nobody gets in.

-- 
You get this mail because your address was entered on the sign-in page of Carrel.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">The link and the code work once, and for ten minutes.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Sign in to Carrel</h1>
<p style="margin: 0 0 16px;">Somebody, most likely you, wants to sign in with this address.</p>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/sign-in/ftOAhIaIGiPpdttVSXVYaTa2GGCGFuPJW5ctLAoHBaw" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Sign in</a></p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;margin-bottom: 20px;">If the button does nothing, open this address:<br><a class="soft address" href="https://carrel.test/sign-in/ftOAhIaIGiPpdttVSXVYaTa2GGCGFuPJW5ctLAoHBaw" style="color: #5d5f62;word-break: break-all;overflow-wrap: anywhere;">https://carrel.test/sign-in/ftOAhIaIGiPpdttVSXVYaTa2GGCGFuPJW5ctLAoHBaw</a></p>

<p style="margin: 0 0 16px;">Or type this code in the browser where you asked:</p>
<p class="act" style="margin: 22px 0;"><span class="code" style="display: inline-block;padding: 12px 18px;background-color: #f3efe4;border-radius: 5px;font-family: ''SF Mono'', Consolas, ''Courier New'', monospace;font-size: 26px;line-height: 1.2;letter-spacing: 3px;color: #24272b;">1644 9635</span></p>
<p style="margin: 0 0 16px;">Link and code work once, and for ten minutes.</p>
<p style="margin: 0 0 16px;">If it was not you, do nothing: without this mail nobody gets in.</p>
</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because your address was entered on the sign-in page of Carrel.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.311736', 'queued', '2026-11-21 12:00:00.311736', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (2, 'purchase:YSbjRVsbPSXQpdrIVrTo-A', 'payments/purchased', 'usual', 0, 'bob@example.org', 'bob@example.org', 'Thank you: the ads are gone', 'Thank you. From now on there are no ads for you at Carrel.

What you bought: Carrel: membership
Paid: $4.99, once, on 21 November 2026
Your receipt: http://127.0.0.1:33941/receipts/ch_K2S3MLkowSHde6D1jIeJIRsf

On another device
Sign in there with this email address. We send you a link, and the ads are gone there too:
https://carrel.test/sign-in/

If it is not for you
Until 5 December 2026 you get all of your money back by one button on your account page:
https://carrel.test/account/

-- 
You get this mail because of a payment at Carrel. It is not part of the newsletter.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">From now on there are no ads for you at Carrel.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Thank you</h1>
<p style="margin: 0 0 16px;">From now on there are no ads for you at Carrel.</p>
<table class="facts" border="0" cellpadding="0" cellspacing="0" style="width: 100%;margin: 0 0 18px;border-top: 1px solid #ded8c9;"><tbody><tr><th class="fact name" scope="row" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #5d5f62;text-align: left;font-weight: normal;width: 38%;padding-right: 12px;">What you bought</th><td class="fact" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #24272b;text-align: left;font-weight: normal;">Carrel: membership</td></tr><tr><th class="fact name" scope="row" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #5d5f62;text-align: left;font-weight: normal;width: 38%;padding-right: 12px;">Paid</th><td class="fact" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #24272b;text-align: left;font-weight: normal;">$4.99, once</td></tr><tr><th class="fact name" scope="row" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #5d5f62;text-align: left;font-weight: normal;width: 38%;padding-right: 12px;">On</th><td class="fact" style="padding: 8px 0;border-bottom: 1px solid #ded8c9;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 15px;line-height: 1.45;vertical-align: top;color: #24272b;text-align: left;font-weight: normal;">21 November 2026</td></tr></tbody></table>
<p style="margin: 0 0 16px;"><a href="http://127.0.0.1:33941/receipts/ch_K2S3MLkowSHde6D1jIeJIRsf" style="color: #17594a;">Your receipt</a></p>
<h2 style="margin: 26px 0 8px;font-size: 19px;line-height: 1.3;color: #24272b;">On another device</h2>
<p style="margin: 0 0 16px;">Sign in there with this email address. We send you a link, and the ads are gone there too.</p>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/sign-in/" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Sign in</a></p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;margin-bottom: 20px;">If the button does nothing, open this address:<br><a class="soft address" href="https://carrel.test/sign-in/" style="color: #5d5f62;word-break: break-all;overflow-wrap: anywhere;">https://carrel.test/sign-in/</a></p>

<h2 style="margin: 26px 0 8px;font-size: 19px;line-height: 1.3;color: #24272b;">If it is not for you</h2>
<p style="margin: 0 0 16px;">Until 5 December 2026 you get all of your money back by one button on <a href="https://carrel.test/account/" style="color: #17594a;">your account page</a>.</p>
</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because of a payment at Carrel. It is not part of the newsletter.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.529767', 'queued', '2026-11-21 12:00:00.529767', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (3, 'sign_in:23b88c0598c2a3f28e4f5807f38a46e5', 'website.accounts/sign_in', 'asked', 1, 'bob@example.org', 'bob@example.org', 'Sign in to Carrel', 'Somebody, most likely you, wants to sign in to Carrel with this address.

Open this link:
https://carrel.test/sign-in/4-KNkd0kq2p2LQafjodkm6Z6HtHKKCrrviGbkxnpHfA

Or type this code in the browser where you asked:

    7730 9569

Link and code work once, and for ten minutes.

If it was not you, do nothing: without this mail nobody gets in.

-- 
You get this mail because your address was entered on the sign-in page of Carrel.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">The link and the code work once, and for ten minutes.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Sign in to Carrel</h1>
<p style="margin: 0 0 16px;">Somebody, most likely you, wants to sign in with this address.</p>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/sign-in/4-KNkd0kq2p2LQafjodkm6Z6HtHKKCrrviGbkxnpHfA" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Sign in</a></p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;margin-bottom: 20px;">If the button does nothing, open this address:<br><a class="soft address" href="https://carrel.test/sign-in/4-KNkd0kq2p2LQafjodkm6Z6HtHKKCrrviGbkxnpHfA" style="color: #5d5f62;word-break: break-all;overflow-wrap: anywhere;">https://carrel.test/sign-in/4-KNkd0kq2p2LQafjodkm6Z6HtHKKCrrviGbkxnpHfA</a></p>

<p style="margin: 0 0 16px;">Or type this code in the browser where you asked:</p>
<p class="act" style="margin: 22px 0;"><span class="code" style="display: inline-block;padding: 12px 18px;background-color: #f3efe4;border-radius: 5px;font-family: ''SF Mono'', Consolas, ''Courier New'', monospace;font-size: 26px;line-height: 1.2;letter-spacing: 3px;color: #24272b;">7730 9569</span></p>
<p style="margin: 0 0 16px;">Link and code work once, and for ten minutes.</p>
<p style="margin: 0 0 16px;">If it was not you, do nothing: without this mail nobody gets in.</p>
</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because your address was entered on the sign-in page of Carrel.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.545230', 'queued', '2026-11-21 12:00:00.545230', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (4, 'newsletter-confirm:1', 'newsletter/confirm', 'asked', 1, 'cleo@example.org', 'cleo@example.org', 'Please confirm: the newsletter of Carrel', 'Somebody, we hope you, asked for the newsletter of Carrel to be sent to this address.

To confirm, open this address and press the button there. It works for seven days.

https://carrel.test/newsletter/confirm/kjua7NclDEytgMh8h8WhpWo2GAddIgQZ8YZ_r4hT1L0

If it was not you, do nothing: without your confirmation, no newsletter comes.

-- 
You get this mail because your address was entered in a form at https://carrel.test.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">One more step: confirm that the newsletter may come to this address.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Is this your address?</h1>
<p style="margin: 0 0 16px;">Somebody, we hope you, asked for the newsletter of Carrel to be sent here. To confirm, open the page below and press the button there. It works for seven days.</p>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/newsletter/confirm/kjua7NclDEytgMh8h8WhpWo2GAddIgQZ8YZ_r4hT1L0" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Confirm my address</a></p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;margin-bottom: 20px;">If the button does nothing, open this address:<br><a class="soft address" href="https://carrel.test/newsletter/confirm/kjua7NclDEytgMh8h8WhpWo2GAddIgQZ8YZ_r4hT1L0" style="color: #5d5f62;word-break: break-all;overflow-wrap: anywhere;">https://carrel.test/newsletter/confirm/kjua7NclDEytgMh8h8WhpWo2GAddIgQZ8YZ_r4hT1L0</a></p>

<p style="margin: 0 0 16px;">If it was not you, do nothing: without your confirmation, no newsletter comes.</p>
</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because your address was entered in a form at Carrel.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.623099', 'queued', '2026-11-21 12:00:00.623099', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (5, 'newsletter-welcome:1', 'newsletter/welcome', 'usual', 1, 'cleo@example.org', 'cleo@example.org', 'Welcome to the newsletter of Carrel', 'Welcome. New articles about CPB come to you as each article appears. When nothing is new, nothing comes.

Good articles to begin with:

Clean claims
https://carrel.test/articles/clean-claims/

Medicare basics
https://carrel.test/articles/medicare-basics/

To choose other exams, another pace, or to pause:
https://carrel.test/newsletter/preferences/RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q

To unsubscribe, now or at any time:
https://carrel.test/newsletter/unsubscribe/RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q

-- 
You get this mail because you confirmed your subscription at https://carrel.test.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">New articles about CPB come to you as each article appears.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Welcome</h1>
<p style="margin: 0 0 16px;">New articles about CPB come to you as each article appears. When nothing is new, nothing comes.</p>
<h2 style="margin: 26px 0 8px;font-size: 19px;line-height: 1.3;color: #24272b;">Good articles to begin with</h2>
<ul style="margin: 0 0 16px;padding-left: 22px;">
<li style="margin: 0 0 6px;"><a href="https://carrel.test/articles/clean-claims/" style="color: #17594a;">Clean claims</a><br>A summary that is long enough to promise something to whoever reads it.</li>
<li style="margin: 0 0 6px;"><a href="https://carrel.test/articles/medicare-basics/" style="color: #17594a;">Medicare basics</a><br>A summary that is long enough to promise something to whoever reads it.</li>
</ul>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/newsletter/preferences/RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Choose exams and pace</a></p>

</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because you confirmed your subscription at Carrel.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;"><a class="soft" href="https://carrel.test/newsletter/preferences/RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q" style="color: #5d5f62;">Choose or pause</a> · <a class="soft" href="https://carrel.test/newsletter/unsubscribe/RGvjl8jPy-oyWY0C0A-IldrRtlnY29G8OGah9YoyCMA.g33035Dfj58e4fLroZVo1VRgxeOqbPcWjPSao0M3I0Q" style="color: #5d5f62;">Unsubscribe</a></p><p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.654721', 'queued', '2026-11-21 12:00:00.654721', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO outbox_mail (id, key, name, pace, private, to_address, to_key, subject, text, html, created_at, state, due_at, tries, owner, lease_until, handing_over, held_up, problem, ended_at) VALUES (6, 'newsletter-confirm:2', 'newsletter/confirm', 'asked', 1, 'dora.not.yet@example.org', 'dora.not.yet@example.org', 'Please confirm: the newsletter of Carrel', 'Somebody, we hope you, asked for the newsletter of Carrel to be sent to this address.

To confirm, open this address and press the button there. It works for seven days.

https://carrel.test/newsletter/confirm/V_PTeRwn4EPA-cGU-d71m-sbtbqa15GVQEUTYyN1hzU

If it was not you, do nothing: without your confirmation, no newsletter comes.

-- 
You get this mail because your address was entered in a form at https://carrel.test.

Carrel · Carrel, 1 Quiet Street, Springfield · help@carrel.test
https://carrel.test/
', '<!DOCTYPE html><html lang="en"><head><style>@media (max-width: 480px) {
  .gutter { padding: 0 !important; }
  .sheet { border: 0 !important; border-radius: 0 !important; }
  .head, .body, .foot { padding-left: 18px !important; padding-right: 18px !important; }
  .code { font-size: 22px !important; letter-spacing: 2px !important; }
  .button { display: block !important; text-align: center !important; }
} @media (prefers-color-scheme: dark) {
  .paper { background-color: #191815 !important; }
  .sheet { background-color: #22211d !important; border-color: #3b3933 !important; }
  .foot, .facts, .fact { border-color: #3b3933 !important; }
  .body, .fact, h1, h2 { color: #e6e1d6 !important; }
  .small, .soft, .name { color: #aaa79e !important; }
  .preheader { color: #191815 !important; }
  a, .wordmark { color: #8ccdb4 !important; }
  .button { background-color: #8ccdb4 !important; color: #0f211b !important; }
  .code { background-color: #191815 !important; color: #e6e1d6 !important; }
} </style>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Carrel</title>

</head>
<body class="paper" style="margin: 0;padding: 0;width: 100%;-webkit-text-size-adjust: 100%;background-color: #fbf9f3;">
<div class="preheader" style="display: none;max-height: 0;overflow: hidden;opacity: 0;font-size: 1px;line-height: 1px;color: #fbf9f3;">One more step: confirm that the newsletter may come to this address.</div>
<table class="paper" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="background-color: #fbf9f3;"><tbody><tr><td class="gutter" align="center" style="padding: 24px 12px 40px;">
<table class="sheet" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="table-layout: fixed;max-width: 600px;margin: 0 auto;background-color: #fffefb;border: 1px solid #ded8c9;border-radius: 6px;">
<tbody><tr><td class="head" style="padding: 22px 28px 0;"><a class="wordmark" href="https://carrel.test/" style="font-family: Georgia, serif;font-size: 18px;font-weight: bold;color: #17594a;text-decoration: none;">Carrel</a></td></tr>
<tr><td class="body" style="padding: 6px 28px 24px;font-family: Georgia, ''Iowan Old Style'', ''Times New Roman'', serif;font-size: 17px;line-height: 1.6;color: #24272b;">
<h1 style="margin: 14px 0 12px;font-size: 25px;line-height: 1.25;font-weight: bold;color: #24272b;">Is this your address?</h1>
<p style="margin: 0 0 16px;">Somebody, we hope you, asked for the newsletter of Carrel to be sent here. To confirm, open the page below and press the button there. It works for seven days.</p>
<p class="act" style="margin: 22px 0;"><a class="button" href="https://carrel.test/newsletter/confirm/V_PTeRwn4EPA-cGU-d71m-sbtbqa15GVQEUTYyN1hzU" style="color: #fffefb;display: inline-block;padding: 13px 26px;background-color: #17594a;border-radius: 5px;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 16px;font-weight: bold;line-height: 1.2;text-decoration: none;">Confirm my address</a></p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;margin-bottom: 20px;">If the button does nothing, open this address:<br><a class="soft address" href="https://carrel.test/newsletter/confirm/V_PTeRwn4EPA-cGU-d71m-sbtbqa15GVQEUTYyN1hzU" style="color: #5d5f62;word-break: break-all;overflow-wrap: anywhere;">https://carrel.test/newsletter/confirm/V_PTeRwn4EPA-cGU-d71m-sbtbqa15GVQEUTYyN1hzU</a></p>

<p style="margin: 0 0 16px;">If it was not you, do nothing: without your confirmation, no newsletter comes.</p>
</td></tr>
<tr><td class="foot" style="padding: 14px 28px 20px;border-top: 1px solid #ded8c9;">
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">You get this mail because your address was entered in a form at Carrel.</p>
<p class="small" style="margin: 6px 0 0;font-family: -apple-system, ''Segoe UI'', Roboto, Arial, sans-serif;font-size: 13px;line-height: 1.5;color: #5d5f62;">Carrel · Carrel, 1 Quiet Street, Springfield · <a class="soft" href="mailto:help@carrel.test" style="color: #5d5f62;">help@carrel.test</a></p>
</td></tr>
</tbody></table>
</td></tr></tbody></table>


</body></html>', '2026-11-21 12:00:00.691408', 'queued', '2026-11-21 12:00:00.691408', 0, NULL, NULL, 0, 0, '', NULL);
INSERT INTO pace_mark (pace, due_at, floor_at) VALUES ('daily', '2026-11-21 12:00:00.220286', '2026-11-21 12:00:00.220286');
INSERT INTO pace_mark (pace, due_at, floor_at) VALUES ('each', '2026-11-21 12:00:00.215842', '2026-11-21 12:00:00.215842');
INSERT INTO pace_mark (pace, due_at, floor_at) VALUES ('monthly', '2026-11-21 12:00:00.223840', '2026-11-21 12:00:00.223840');
INSERT INTO pace_mark (pace, due_at, floor_at) VALUES ('weekly', '2026-11-21 12:00:00.222163', '2026-11-21 12:00:00.222163');
INSERT INTO pass_grant (id, kind, payment_id, checkout_session_id, payment_intent, reader_id, withdraws_id, actor, reason, recorded_at) VALUES (1, 'purchase', 1, 'cs_test_cM6h3eKwXg3M5oQRqGIL8RlOMF2LYMSOaqMqZzoirHvLeYVoTat5pdGYj6', 'pi_EKx0ndfiLF60jeOF9tmBrfPQ', NULL, NULL, '', '', '2026-11-21 12:00:00.512640');
INSERT INTO pass_order (id, reference, reader_id, price_cents, currency, title, return_to, state, version, checkout_session_id, price_id, receipt_url, created_at, expires_at) VALUES (1, 'YSbjRVsbPSXQpdrIVrTo-A', 3, 499, 'usd', 'Carrel: membership', '/articles/clean-claims/', 'paid', 1, 'cs_test_cM6h3eKwXg3M5oQRqGIL8RlOMF2LYMSOaqMqZzoirHvLeYVoTat5pdGYj6', 'price_FfgWX7hiijBQBPfabfpIaSsa', 'http://127.0.0.1:33941/receipts/ch_K2S3MLkowSHde6D1jIeJIRsf', '2026-11-21 12:00:00.405163', '2026-11-21 12:45:00.405163');
INSERT INTO payment (id, order_id, checkout_session_id, payment_intent, amount_cents, subtotal_cents, currency, outcome, trouble, paid_at, recorded_at) VALUES (1, 1, 'cs_test_cM6h3eKwXg3M5oQRqGIL8RlOMF2LYMSOaqMqZzoirHvLeYVoTat5pdGYj6', 'pi_EKx0ndfiLF60jeOF9tmBrfPQ', 499, 499, 'usd', 'granted', '', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.511656');
INSERT INTO plain_page (slug, title, summary, html, updated, modified_at) VALUES ('about', 'About', NULL, '<p>Words.</p>
', NULL, '2026-11-21 12:00:00.108898');
INSERT INTO plain_page (slug, title, summary, html, updated, modified_at) VALUES ('contact', 'Contact', NULL, '<p>Words.</p>
', NULL, '2026-11-21 12:00:00.108898');
INSERT INTO plain_page (slug, title, summary, html, updated, modified_at) VALUES ('privacy', 'Privacy', NULL, '<p>Words.</p>
', NULL, '2026-11-21 12:00:00.108898');
INSERT INTO plain_page (slug, title, summary, html, updated, modified_at) VALUES ('terms', 'Terms', NULL, '<p>Words.</p>
', NULL, '2026-11-21 12:00:00.108898');
INSERT INTO private_feed (reader_id, nonce, created_at) VALUES (3, 'dcKk7S8DbNa42FkQUFwPY9VzaxkXFozbVnd1lX2y0y8', '2026-11-21 12:00:00.584105');
INSERT INTO reader (id, email, email_key, ad_free, created_at, erased_at, merged_into_id) VALUES (1, 'anna@example.org', 'anna@example.org', 0, '2026-11-21 12:00:00.338867', NULL, NULL);
INSERT INTO reader (id, email, email_key, ad_free, created_at, erased_at, merged_into_id) VALUES (2, NULL, NULL, 0, '2026-11-21 12:00:00.402105', NULL, 3);
INSERT INTO reader (id, email, email_key, ad_free, created_at, erased_at, merged_into_id) VALUES (3, 'bob@example.org', 'bob@example.org', 1, '2026-11-21 12:00:00.554904', NULL, NULL);
INSERT INTO reader_session (id, reader_id, token_hash, browser, created_at, last_seen_at, proven_at) VALUES (1, 1, X'4D8FE1CD4F92973E1F2BA5F78AF5EAC890EB814EC96CE85855D1310B4A878E4D', 'Firefox on Linux', '2026-11-21 12:00:00.351618', '2026-11-21 12:00:00.351618', '2026-11-21 12:00:00.351618');
INSERT INTO reader_session (id, reader_id, token_hash, browser, created_at, last_seen_at, proven_at) VALUES (2, 3, X'6D0E3E170D0B7D41FF3E3843297E7DF394FD4AE2D76F7EFDE57DF19644534769', 'Firefox on Linux', '2026-11-21 12:00:00.566266', '2026-11-21 12:00:00.566266', '2026-11-21 12:00:00.566266');
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'0213FCFE279F86501559D5BEE5C98CB51B5C72312A989657FCFF8464EDA81E73', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'44EC85E3976B932EDF86134DBDC9787DBEEDC7FF65406FD1E261F1E8064A6DE3', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'53B47E1AAC8BE2018D2A4A978D11FE34C2E1F76397355BC4982EB7380FF35600', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'587F9382C72DA5101D01CD2A155A125A6A71A6C0AC36C1A7FA218A1AC567CF45', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'6219CB02F7FCC2D134CE3B773D42E3CC8C2A388597AA154491879946D5A1049D', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'C2B51356E0BB1C66AE3E09B6A75AE5FC1BDEEA3A1FD5C43B88A5ED683965FA41', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'D869D0B8317E6F9D73128C9181CA8B6C83ADF237FBB02B20EDB30A41EE94E35E', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'E56354B5556494698FB59DF15E9DE9584C4D2E571BFF83833B9B2C31DBD60E71', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'E92A7C51BFA526AC1E55EA552CAC341D69EE85D7372328C095088DFF4F1116FD', 1);
INSERT INTO recovery_code (code_hash, operator_id) VALUES (X'FC9F9BA2D9912BE34046679A8FD240DE44955FE7D1966C17865674C85D2A059F', 1);
INSERT INTO sign_up (id, subscriber_id, how, text_version, source, pace, exams, topics, asked_at, asked_from, confirmed_at, confirmed_from, token_hash, browser_hash) VALUES (1, 1, 'mail', '1', '/subscribe/', 'each', '[1]', '[]', '2026-11-21 12:00:00.621617', '192.0.2.0/24', '2026-11-21 12:00:00.638496', '192.0.2.0/24', X'66552A68D771ACBBA01058838CB5C3977CAD9189B67B9882EC0DD53F426A096E', X'B4E8A0A32D47D183C9119276C14BF56D0101FA22A8C6AA289CDA4F9A7556C8CD');
INSERT INTO sign_up (id, subscriber_id, how, text_version, source, pace, exams, topics, asked_at, asked_from, confirmed_at, confirmed_from, token_hash, browser_hash) VALUES (2, 2, 'mail', '1', '/subscribe/', 'each', '[1]', '[]', '2026-11-21 12:00:00.690850', '192.0.2.0/24', NULL, '', X'D295A3655270F7E5B3B037BBF842A69228CF8965716FB41BB0D833188301E082', X'7DAB55A14040C4DB848E3122BAACAC54CE56A19C949C54CA4D4D56C77665D91F');
INSERT INTO site_secret (name, value) VALUES ('limits', X'349F3464569E3900668D9EEE9AAF8C8C84DEA1A60BBABB7704AFE9D678E14F4D');
INSERT INTO site_secret (name, value) VALUES ('site', X'65B6D09CA4F3810ACC37376C638F272A70FA1B7BBDC7704AE9AC2F1947169BD6');
INSERT INTO site_secret (name, value) VALUES ('suppression', X'677E0E780287E2ED79C36F5D8FEC70C645DAEFC7C2C6C6E123A7557D94394D73');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('operator', 1);
INSERT INTO sqlite_sequence (name, seq) VALUES ('sign_up', 2);
INSERT INTO sqlite_sequence (name, seq) VALUES ('subscriber', 2);
INSERT INTO stripe_event (id, source, event_id, type, body, created_at, received_at, tries, next_try_at, leased_until, last_error, handled_at, outcome, dead_at) VALUES (1, 'stripe', 'evt_or6qDxDueqXFTBfuSq6oxrpe', 'checkout.session.completed', '{"id": "cs_test_cM6h3eKwXg3M5oQRqGIL8RlOMF2LYMSOaqMqZzoirHvLeYVoTat5pdGYj6", "object": "checkout.session", "payment_intent": "pi_EKx0ndfiLF60jeOF9tmBrfPQ", "reference": "YSbjRVsbPSXQpdrIVrTo-A", "marks": {"order": "YSbjRVsbPSXQpdrIVrTo-A", "site": "65b6d09ca4f3810a"}, "api_version": "2026-10-28.endive"}', '2026-11-21 12:00:00.000000', '2026-11-21 12:00:00.458302', 0, '2026-11-21 12:00:00.458302', NULL, '', '2026-11-21 12:00:00.534160', 'done', NULL);
INSERT INTO subscriber (id, email, email_key, address_hash, state, pace, paused_until, source, created_at, confirmed_at, left_at) VALUES (1, 'cleo@example.org', 'cleo@example.org', X'446BE397C8CFCBEA32598D02D00F8895DAD1B659D8DBD1BC3866A1F58A3208C0', 'confirmed', 'each', NULL, '/subscribe/', '2026-11-21 12:00:00.618800', '2026-11-21 12:00:00.640569', NULL);
INSERT INTO subscriber (id, email, email_key, address_hash, state, pace, paused_until, source, created_at, confirmed_at, left_at) VALUES (2, 'dora.not.yet@example.org', 'dora.not.yet@example.org', X'788F932DC438BFC29B22A86D4547BD3C708245D616FC11B4DBDA4E453D51C961', 'pending', 'weekly', NULL, '/subscribe/', '2026-11-21 12:00:00.689678', NULL, NULL);
INSERT INTO subscription (id, subscriber_id, exam_id, topic_id, since) VALUES (1, 1, 1, NULL, '2026-11-21 12:00:00.640583');
INSERT INTO topic (id, slug, name, in_files) VALUES (1, 'clean-claims', 'Clean claims', 1);
INSERT INTO topic (id, slug, name, in_files) VALUES (2, 'medicare', 'Medicare', 1);
CREATE INDEX ix_address_change_old_key ON address_change (old_key);
CREATE INDEX ix_address_change_reader_id ON address_change (reader_id);
CREATE INDEX ix_address_change_undo_until ON address_change (undo_until);
CREATE INDEX ix_article_first_visible_at ON article (first_visible_at);
CREATE INDEX ix_article_shelf ON article (exam_id, position, slug);
CREATE INDEX ix_article_topic_topic_id ON article_topic (topic_id);
CREATE INDEX ix_audit_entry_at ON audit_entry (at);
CREATE INDEX ix_audit_entry_subject ON audit_entry (subject);
CREATE INDEX ix_body_image_body_id ON body_image (body_id);
CREATE INDEX ix_body_keyword_word ON body_keyword (word, body_id, weight);
CREATE INDEX ix_body_link_body_id ON body_link (body_id);
CREATE INDEX ix_claim_email_key ON claim (email_key);
CREATE INDEX ix_delivery_state ON delivery (issue_id, state, due_at);
CREATE INDEX ix_dispute_payment_id ON dispute (payment_id);
CREATE INDEX ix_issue_article_article_id ON issue_article (article_id);
CREATE INDEX ix_limit_hits_expires_at ON limit_hits (expires_at);
CREATE INDEX ix_mailed_link_expires_at ON mailed_link (expires_at);
CREATE INDEX ix_mailed_link_open ON mailed_link (email_key, purpose, used_at);
CREATE INDEX ix_mailed_link_reader_id ON mailed_link (reader_id);
CREATE INDEX ix_operator_session_last_seen_at ON operator_session (last_seen_at);
CREATE INDEX ix_operator_session_operator_id ON operator_session (operator_id);
CREATE INDEX ix_outbox_mail_due ON outbox_mail (state, pace, due_at);
CREATE INDEX ix_outbox_mail_ended_at ON outbox_mail (ended_at);
CREATE INDEX ix_outbox_mail_to_key ON outbox_mail (to_key);
CREATE INDEX ix_pass_grant_reader_id ON pass_grant (reader_id);
CREATE INDEX ix_pass_order_created_at ON pass_order (created_at);
CREATE INDEX ix_pass_order_reader_id ON pass_order (reader_id);
CREATE INDEX ix_pass_order_state ON pass_order (state);
CREATE INDEX ix_passkey_challenge_operator_id ON passkey_challenge (operator_id);
CREATE INDEX ix_passkey_challenge_until ON passkey_challenge (until);
CREATE INDEX ix_passkey_operator_id ON passkey (operator_id);
CREATE INDEX ix_payment_order_id ON payment (order_id);
CREATE INDEX ix_payment_paid_at ON payment (paid_at);
CREATE INDEX ix_reader_session_last_seen_at ON reader_session (last_seen_at);
CREATE INDEX ix_reader_session_reader_id ON reader_session (reader_id);
CREATE INDEX ix_reconciliation_finished_at ON reconciliation (finished_at);
CREATE INDEX ix_recovery_code_operator_id ON recovery_code (operator_id);
CREATE INDEX ix_redirect_article_id ON redirect (article_id);
CREATE INDEX ix_refund_payment_id ON refund (payment_id);
CREATE INDEX ix_refund_request_state ON refund_request (state);
CREATE INDEX ix_seen_mark_at ON seen_mark (at);
CREATE INDEX ix_sign_up_asked_at ON sign_up (asked_at);
CREATE INDEX ix_sign_up_subscriber_id ON sign_up (subscriber_id);
CREATE INDEX ix_stripe_event_created_at ON stripe_event (created_at);
CREATE INDEX ix_stripe_event_waiting ON stripe_event (handled_at, dead_at, next_try_at);
CREATE INDEX ix_subscriber_due ON subscriber (state, pace);
CREATE INDEX ix_subscription_exam_id ON subscription (exam_id);
CREATE INDEX ix_subscription_topic_id ON subscription (topic_id);
CREATE UNIQUE INDEX uq_alarm_open_key ON alarm ("key") WHERE acknowledged_at IS NULL;
CREATE UNIQUE INDEX uq_refund_request_one_at_a_time ON refund_request (payment_id) WHERE state = 'asked';
CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER dispute_is_fixed BEFORE UPDATE ON dispute  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER dispute_is_kept BEFORE DELETE ON dispute  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER order_is_fixed BEFORE UPDATE OF id, reference, price_cents, currency, title, created_at ON pass_order  BEGIN SELECT RAISE(ABORT, 'an order is fixed'); END;
CREATE TRIGGER pass_grant_is_fixed BEFORE UPDATE OF id, kind, payment_id, checkout_session_id, payment_intent, withdraws_id, actor, reason, recorded_at ON pass_grant  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER pass_grant_is_kept BEFORE DELETE ON pass_grant  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER payment_is_fixed BEFORE UPDATE ON payment  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER payment_is_kept BEFORE DELETE ON payment  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER refund_in_bounds BEFORE INSERT ON refund WHEN 
    NEW.status NOT IN ('failed', 'canceled') AND NEW.amount_cents + (
    SELECT coalesce(sum(r.amount_cents), 0) FROM refund r
    WHERE r.payment_id = NEW.payment_id AND r.stripe_id <> NEW.stripe_id
    AND r.status NOT IN ('failed', 'canceled')
    AND r.seq = (SELECT max(latest.seq) FROM refund latest WHERE latest.stripe_id = r.stripe_id)
)
    > (SELECT p.amount_cents FROM payment p WHERE p.id = NEW.payment_id)
 BEGIN SELECT RAISE(ABORT, 'refunds exceed the payment'); END;
CREATE TRIGGER refund_is_fixed BEFORE UPDATE ON refund  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER refund_is_kept BEFORE DELETE ON refund  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
COMMIT;
