"""The site as it is shipped, nginx before gunicorn; and the mails that it queued."""

from tests.caches.conftest import cache_site, desk, nginx
from tests.carrel.accounts.conftest import newest_mail

__all__ = ["cache_site", "desk", "newest_mail", "nginx"]
