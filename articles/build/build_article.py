"""Builds an article: renders its Markdown, resolves its links and images, extracts its keywords."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from articles.build import choices
from articles.build.built_article import MISSING, BuiltArticle, BuiltImage, BuiltLink
from articles.build.site_urls import ARTICLES_URL, SiteUrls, link_target
from articles.build.summary import make_summary
from articles.lint import lint_items
from articles.loading import file_io
from articles.loading.markdown_file import BodySource
from articles.problems import Problem
from articles.render import Link, RenderContext, Rendered, WebImage, images, render
from articles.render.image_problems import ImageError, MissingImageError
from articles.search.document import compose, read_body
from articles.search.index import Entry, entry_of
from articles.words import keywords, words
from carrel.media import PATH

_INTERNAL_LINK = re.compile(
    r'<a\b[^<>]*?\shref="(/[^"#?]*)'
)  # in code that is shown, `<` is written as `&lt;`

_BEHIND_NAME = re.compile(r"[?#].*", re.DOTALL)  # `?raw=true` and `#gh-dark-mode-only`, as on GitHub


@dataclass(frozen=True)
class BuildContext:
    """What building any article needs. Without `media`, images are checked and not written; without the dialect of a
    database, nothing is made for search."""

    root: Path
    urls: SiteUrls
    media: Path | None
    now_ns: int
    dialect: str = ""


@dataclass
class ImageResolver:
    """Resolves the images of one file and remembers those it found and those it could not use."""

    context: BuildContext
    path: str
    images: list[BuiltImage] = field(default_factory=list)
    errors: dict[str, ImageError] = field(default_factory=dict)
    media: set[str] = field(default_factory=set)  # the names of their files

    def resolve(self, src: str) -> WebImage | None:
        """The picture of an image as an author wrote its path, or None."""
        root = self.context.root
        try:
            file = self._find(src)
            stat = file_io.stat_of(file, self.context.now_ns)
            picture, digest = self._publish(file), file_io.digest_of(file)
        except ImageError as error:
            self.errors[src] = error
            return None
        self.images.append(BuiltImage(file.relative_to(root).as_posix(), stat, digest))
        if self.context.media is not None:
            self.media.update(picture.files)
        return picture

    def resolve_picture(self, src: str, line: int) -> tuple[WebImage | None, list[Problem]]:
        """The picture of the front matter, and what is wrong with it."""
        picture = self.resolve(src) if choices.is_beside(src) else None
        error = self.errors.pop(src, None)
        if picture:
            return picture, []
        if isinstance(error, MissingImageError):
            self.images.append(BuiltImage(link_target(self.path, src), "", MISSING))
        if error is None or isinstance(error, MissingImageError):
            return None, [choices.left_out(src, line)]
        return None, [Problem(line, error.code, str(error), error.hint)]

    def _find(self, src: str) -> Path:
        """The file beside the article, or the only one of that name in its exam, where a program keeps them apart."""
        root = self.context.root
        try:
            return images.find_image((root / self.path).parent, src, root)
        except MissingImageError:
            if plain := _BEHIND_NAME.sub("", src) if _BEHIND_NAME.search(src) else "":
                return self._find(plain)
            exam = root / self.path.partition("/")[0]
            named = images.files_by_name(exam, self.context.now_ns).get(Path(src).name, [])
            if len(named) != 1 or not exam.is_dir():
                raise
            return images.find_image(named[0].parent, named[0].name, root)

    def _publish(self, file: Path) -> WebImage:
        if self.context.media is not None:
            return images.publish_image(file, self.context.media, PATH)
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
    rendered = _render(context, source, resolver)
    text_words = words(rendered.text)
    body_problems = list(resolver.problems(rendered))
    picture, picture_problems = resolver.resolve_picture(*source.picture) if source.picture else (None, [])
    related = list(choices.related_links(context.urls, path, source.related))
    links = [link for link in related if isinstance(link, BuiltLink)]
    summary = source.summary or make_summary(rendered.blocks, source.title)
    problems = [
        *rendered.problems,
        *_link_problems(context, path, rendered),
        *body_problems,
        *picture_problems,
        *lint_items(rendered.items, source.language),
        *(problem for problem in related if isinstance(problem, Problem)),
    ]
    return BuiltArticle(
        path=path,
        problems=tuple(problems),
        blocks=[{"kind": block.kind, "words": block.words, "html": block.html} for block in rendered.blocks],
        contents=[
            {"id": heading.id, "text": heading.text, "level": heading.level} for heading in rendered.contents
        ],
        anchors=sorted(rendered.anchors),
        text=rendered.text,
        search_entry=_search_entry(context.dialect, source, summary, rendered) if context.dialect else None,
        markdown=source.text.strip() + "\n",
        words=rendered.words,
        reading_minutes=rendered.reading_minutes,
        links=tuple(
            BuiltLink(context.urls.file(link_target(path, link.path)), link.anchor, link.url, link.line)
            for link in rendered.links
            if link.url
        )
        + tuple(links),
        images=tuple(resolver.images),
        media=tuple(resolver.media),
        keywords=keywords(source.title, (heading.text for heading in rendered.headings), text_words),
        picture=picture,
        items=rendered.items,
        related=tuple(link.url.removeprefix(ARTICLES_URL).strip("/") for link in links),
        summary=summary,
    )


def _search_entry(dialect: str, source: BodySource, summary: str, rendered: Rendered) -> Entry:
    body = read_body(rendered.text, [heading.text for heading in rendered.contents])
    return entry_of(compose(source.title, summary, source.place, body), dialect)


def _render(context: BuildContext, source: BodySource, resolver: ImageResolver) -> Rendered:
    path = source.path
    return render(
        source.text,
        RenderContext(
            source.first_line,
            lambda href: context.urls.url(context.urls.file(link_target(path, href))),
            resolver.resolve,
            source.title,
            bool(source.math),
            source.quotes,
            lambda name: context.urls.notes.paths_of(name, path),
            lambda site_path: context.urls.find(site_path, path),
        ),
    )


def _link_problems(context: BuildContext, path: str, rendered: Rendered) -> Iterator[Problem]:
    urls = context.urls
    for link in rendered.links:
        if link.url is None:
            yield _broken_link(context, path, link)
    resolved = {link.url for link in rendered.links}
    for block in rendered.blocks:
        for url in _INTERNAL_LINK.findall(block.html):
            if url in resolved:
                continue
            if url.startswith("/articles/"):
                hint = "Link to an article by its file name, so that the link survives a change of address."
                message = f"The link {url} uses the article's address."
                yield Problem(block.line, "link-by-address", message, hint)
            elif not urls.is_page(url):
                message = f"The site has no page {url}."
                yield Problem(block.line, "link-broken", message, "Correct the address.")


def _broken_link(context: BuildContext, path: str, link: Link) -> Problem:
    """A mistake, unless the file is there and no article, or lies where no article of this library does."""
    target = link_target(path, link.path)
    if target.startswith("../") or (context.root / target).is_file():
        where = "is outside the content folder" if target.startswith("../") else "is not an article"
        message = f"{link.path} {where}, so it is not linked; the link text is kept."
        hint = "Link to an article by its file name, or to another site with https://."
        return Problem(link.line, "link-unpublished", message, hint, "warning")
    hint = context.urls.suggest(path, target)
    return Problem(link.line, "link-broken", f"There is no article {link.path}.", hint)
