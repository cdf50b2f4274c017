"""Publishing: the files become the library that readers see, all at once or not at all."""

from articles.publish.lock import PublishBusyError
from articles.publish.publication import PublishRefusedError
from articles.publish.publish import publish
from articles.publish.report import Published

__all__ = ["PublishBusyError", "PublishRefusedError", "Published", "publish"]
