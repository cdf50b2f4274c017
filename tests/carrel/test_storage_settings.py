"""Settings of buckets: what cannot be right is refused in one sentence."""

import pytest

from carrel.settings import Settings, SettingsError, load, require_production

PUBLIC = "age1" + "q" * 58


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEDIA_URL", "https://bucket.example.net"),
        ("MEDIA_URL", "s3://"),
        ("MEDIA_URL", "s3://UPPER/prefix"),
        ("MEDIA_URL", "s3://bucket/../prefix?x"),
        ("BACKUP_URL", "/mnt/backups"),
        ("MEDIA_CDN_URL", "cdn.example.net"),
        ("MEDIA_CDN_URL", "https://cdn.example.net/a; script-src *"),
        ("MEDIA_CDN_URL", "https://cdn.example.net/a b"),
        ("S3_ENDPOINT", "s3.example.net"),
        ("S3_ENDPOINT", "https://s3.example.net/bucket"),
        ("BACKUP_PUBLIC_KEYS", "age1short"),
        ("BACKUP_PUBLIC_KEYS", "AGE-SECRET-KEY-1QQ"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is wrong: it "):
        load({name: value})


def test_values_are_taken_without_a_slash_at_their_end() -> None:
    settings = load(
        {
            "MEDIA_URL": "s3://bucket.name/a/b/",
            "MEDIA_CDN_URL": "https://cdn.example.net:8443/m/",
            "S3_ENDPOINT": "http://127.0.0.1:9000/",
            "BACKUP_PUBLIC_KEYS": f"{PUBLIC}, {PUBLIC}",
        }
    )
    assert settings.media_url == "s3://bucket.name/a/b"
    assert settings.media_cdn_url == "https://cdn.example.net:8443/m"
    assert settings.media_cdn_origin == "https://cdn.example.net:8443"
    assert settings.s3_endpoint == "http://127.0.0.1:9000"
    assert settings.backup_public_keys == (PUBLIC, PUBLIC)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_public_site_copies_no_backup_without_a_key(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="BACKUP_PUBLIC_KEYS is missing"):
        require_production(settings.model_copy(update={"backup_url": "s3://bucket/backups"}))
