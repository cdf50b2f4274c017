"""Items to study with, in the Markdown: `::: question` and the other kinds, one module each."""

from articles.render.study.build import StudyItems, build_items
from articles.render.study.scan import keys_in

__all__ = ["StudyItems", "build_items", "keys_in"]
