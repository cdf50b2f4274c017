"""Builds an article: renders its Markdown, resolves its links and images, extracts its keywords."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from articles.build.built_article import BuiltArticle, BuiltImage, BuiltLink
from articles.build.site_urls import SiteUrls, link_target
from articles.build.summary import make_summary
from articles.loading import file_io
from articles.loading.markdown_file import BodySource
from articles.problems import Problem, soften_in_draft
from articles.render import RenderContext, Rendered, WebImage, images, render
from articles.render.image_problems import ImageError
from articles.words import keywords, words

MEDIA_URL = "/media/"
_INTERNAL_LINK = re.compile(r'href="(/[^"#?]*)')


@dataclass(frozen=True)
class BuildContext:
    """What building any article needs. Without `media`, images are checked and not written."""

    root: Path
    urls: SiteUrls
    media: Path | None
    now_ns: int


@dataclass
class ImageResolver:
    """Resolves the images of one file and remembers those it found and those it could not use."""

    context: BuildContext
    path: str
    images: list[BuiltImage] = field(default_factory=list)
    errors: dict[str, ImageError] = field(default_factory=dict)

    def resolve(self, src: str) -> WebImage | None:
        """The picture of an image as an author wrote its path, or None."""
        root = self.context.root
        try:
            file = images.find_image((root / self.path).parent, src, root)
            stat = file_io.stat_of(file, self.context.now_ns)
            picture, digest = self._publish(file), file_io.digest_of(file)
        except ImageError as error:
            self.errors[src] = error
            return None
        self.images.append(BuiltImage(file.relative_to(root).as_posix(), stat, digest))
        return picture

    def _publish(self, file: Path) -> WebImage:
        if self.context.media is not None:
            return images.publish_image(file, self.context.media, MEDIA_URL)
        images.check_image(file)
        return WebImage(file.name, 1, 1)

    def problems(self, rendered: Rendered) -> Iterator[Problem]:
        """The images that could not be used, at the lines where they stand."""
        lines = {image.path: image.line for image in rendered.images}
        for src, error in self.errors.items():
            yield Problem(lines.get(src, 1), error.code, str(error), error.hint)


def build_all(context: BuildContext, sources: Sequence[BodySource]) -> list[BuiltArticle]:
    """Build several articles."""
    return [build_article(context, source) for source in sources]


def build_article(context: BuildContext, source: BodySource) -> BuiltArticle:
    """Build one article or page. Never raises for what an author wrote: mistakes are in `problems`."""
    path, resolver = source.path, ImageResolver(context, source.path)
    rendered = render(
        source.text,
        RenderContext(
            source.first_line,
            lambda href: context.urls.url(link_target(path, href)),
            resolver.resolve,
            source.title,
        ),
    )
    text_words = words(rendered.text)
    problems = [
        *rendered.problems,
        *_link_problems(context.urls, path, rendered),
        *resolver.problems(rendered),
    ]
    return BuiltArticle(
        path=path,
        problems=tuple(map(soften_in_draft, problems) if source.draft else problems),
        blocks=[{"kind": block.kind, "words": block.words, "html": block.html} for block in rendered.blocks],
        contents=[
            {"id": heading.id, "text": heading.text, "level": heading.level} for heading in rendered.contents
        ],
        anchors=sorted(rendered.anchors),
        text=rendered.text,
        search_text=" ".join(text_words),
        markdown=source.text.strip() + "\n",
        words=rendered.words,
        reading_minutes=rendered.reading_minutes,
        links=tuple(
            BuiltLink(link_target(path, link.path), link.anchor, link.url, link.line)
            for link in rendered.links
            if link.url
        ),
        images=tuple(resolver.images),
        keywords=keywords(source.title, (heading.text for heading in rendered.headings), text_words),
        summary=make_summary(rendered.blocks, source.title),
    )


def _link_problems(urls: SiteUrls, path: str, rendered: Rendered) -> Iterator[Problem]:
    for link in rendered.links:
        if link.url is None:
            hint = urls.suggest(path, link_target(path, link.path))
            yield Problem(link.line, "link-broken", f"There is no article {link.path}.", hint)
    resolved = {link.url for link in rendered.links}
    for block in rendered.blocks:
        for url in _INTERNAL_LINK.findall(block.html):
            if url in resolved:
                continue
            if url.startswith("/articles/"):
                hint = "Link to an article by its file name, so that a new address cannot break the link."
                message = f"The link {url} is written as an address."
                yield Problem(block.line, "link-by-address", message, hint)
            elif not urls.is_page(url):
                message = f"The site has no page {url}."
                yield Problem(block.line, "link-broken", message, "Correct the address.")
