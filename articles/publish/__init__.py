"""Publishing: makes the library that readers see match the files, all at once or not at all."""

from articles.publish.lock import PublishBusyError
from articles.publish.publication import PublishRefusedError
from articles.publish.publish import publish
from articles.publish.report import PublishReport

__all__ = ["PublishBusyError", "PublishRefusedError", "PublishReport", "publish"]
