"""Renders the Markdown of an article to sanitized HTML. Independent of database and Flask."""

from articles.render.checks import PLACEHOLDER
from articles.render.elsewhere import elsewhere, plain_text
from articles.render.escape import escape_markdown
from articles.render.feed import for_feed
from articles.render.pipeline import RENDERER, render
from articles.render.rendered import (
    Block,
    Heading,
    Image,
    Kind,
    Link,
    RenderContext,
    Rendered,
)
from articles.render.study import keys_in
from carrel.images.image import WebImage

__all__ = [
    "PLACEHOLDER",
    "RENDERER",
    "Block",
    "Heading",
    "Image",
    "Kind",
    "Link",
    "RenderContext",
    "Rendered",
    "WebImage",
    "elsewhere",
    "escape_markdown",
    "for_feed",
    "keys_in",
    "plain_text",
    "render",
]
