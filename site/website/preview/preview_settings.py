"""The settings of a preview: the site's words and looks, and nothing by which it could reach the live site."""

import secrets
from pathlib import Path

from carrel.settings import CONFIG_FILE, Settings, load
from carrel.settings.brand import PICTURES
from carrel.slots import NetworkAd


def preview_settings(folder: Path, home: Path, port: int) -> Settings:
    """Settings over a folder: one with `carrel.toml`, or one with exams in it. The environment counts for nothing.

    Keys of Stripe, mail servers and databases are left out. Raises `SettingsError`.
    """
    config = folder / CONFIG_FILE
    base_url = f"http://127.0.0.1:{port}"
    settings = load(
        {},
        config,
        demo=True,  # so that `localhost` is as good as the address
        home=home,
        base_url=base_url,
        desk_url="",
        secret_keys=(secrets.token_urlsafe(48),),
        proxies=0,
        database_url="",
        redis_url="",
        media_url="",
        media_cdn_url="",
        backup_url="",
        smtp_url="",
        stripe_secret_key="",
        stripe_webhook_secret=(),
        stripe_api_base=base_url,  # nobody asks it; who did would ask this machine
        network_ad=NetworkAd(),
        metrics_token="",
    )
    is_content = not config.exists() and not (folder / settings.content).is_dir()
    content = folder if is_content else folder / settings.content
    files = {name: getattr(settings, name) for name in (*PICTURES, "card_font")}
    brand = {name: str((folder / file).absolute()) for name, file in files.items() if file}
    return settings.model_copy(update={"content": content.absolute(), **brand})
