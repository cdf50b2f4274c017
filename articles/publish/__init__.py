"""Publishing: the files become the library that readers see, all at once or not at all."""

from articles.publish.lock import Busy
from articles.publish.publish import publish
from articles.publish.report import Published
from articles.publish.run import Refused

__all__ = ["Busy", "Published", "Refused", "publish"]
