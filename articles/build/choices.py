"""What an author chooses in the front matter: the picture that stands for the article, and related articles."""

from collections.abc import Iterator, Sequence

from articles.build.built_article import BuiltLink
from articles.build.site_urls import ARTICLES_URL, SiteUrls, link_target
from articles.loading.field_types import SLUG
from articles.problems import Problem
from carrel.images.image import WebImage

NO_PICTURE = "image-left-out"
_FILE_HINT = "Put the file beside the article and write its name, such as image: chart.png"


def is_beside(picture: str) -> bool:
    """Whether a picture is named as a file beside the article, and not as an address."""
    return ":" not in picture and not picture.startswith(("/", "\\"))


def left_out(picture: str, line: int) -> Problem:
    """A picture that cannot be had harms no reader: the article is shared with a card of its title."""
    message = f"There is no picture {picture} beside the article, so its title is shown instead."
    return Problem(line, NO_PICTURE, message, _FILE_HINT, "warning")


def shows(picture: WebImage, html: str) -> bool:
    """Whether the text shows the picture too."""
    return f'src="{picture.url}"' in html


def related_links(
    urls: SiteUrls, path: str, related: Sequence[tuple[str, int]]
) -> Iterator[BuiltLink | Problem]:
    """Links to the articles that the file at `path` names by slug or file name, or what is wrong with them."""
    for written, line in related:
        slug = written.strip("/").removeprefix("articles/")
        target = urls.path_of(f"{ARTICLES_URL}{slug}/") if SLUG.match(slug) else link_target(path, written)
        url = urls.url(target) if target else None
        if target == path:
            yield Problem(line, "related-to-itself", "The article is related to itself.", "Remove it.")
        elif target and url and url.startswith(ARTICLES_URL):
            yield BuiltLink(target, "", url, line)
        else:
            hint = urls.suggest(path, link_target(path, f"{slug}.md" if SLUG.match(slug) else written))
            yield Problem(line, "related-broken", f"There is no article {written}.", hint)
