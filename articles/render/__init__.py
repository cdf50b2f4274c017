"""Markdown of one article in, sanitised HTML and what was learnt on the way out. Knows no database and no Flask."""

from articles.render.checks import PLACEHOLDER
from articles.render.feed import for_feed
from articles.render.pipeline import RENDERER, render
from articles.render.rendered import (
    Block,
    Context,
    Heading,
    Image,
    Kind,
    Level,
    Link,
    Problem,
    Rendered,
)
from carrel.images.image import WebImage

__all__ = [
    "PLACEHOLDER",
    "RENDERER",
    "Block",
    "Context",
    "Heading",
    "Image",
    "Kind",
    "Level",
    "Link",
    "Problem",
    "Rendered",
    "WebImage",
    "for_feed",
    "render",
]
