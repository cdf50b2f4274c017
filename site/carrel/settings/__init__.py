"""Settings: read once from `carrel.toml` and the environment, typed, and refused when they are wrong.

Names in the environment are the public ones (`CARREL_HOME`, `PASS_PRICE_CENTS` …); in `carrel.toml`
they are the same in lower case, without `carrel_`. Every one can come from a file named by
`<NAME>_FILE`, which is how secrets reach a container. `docs/settings.md` lists them all.
"""

from carrel.settings.env_file import read_env_file
from carrel.settings.loading import CONFIG_FILE, SettingsError, environment_name, load
from carrel.settings.model import WEEKDAYS, Settings
from carrel.settings.production import EXAMPLE, MAKE_A_KEY, is_demo, is_local, require_production

__all__ = [
    "CONFIG_FILE",
    "EXAMPLE",
    "MAKE_A_KEY",
    "WEEKDAYS",
    "Settings",
    "SettingsError",
    "environment_name",
    "is_demo",
    "is_local",
    "load",
    "read_env_file",
    "require_production",
]
