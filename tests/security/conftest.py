"""The mails that the site queued."""

from tests.carrel.accounts.conftest import newest_mail

__all__ = ["newest_mail"]
