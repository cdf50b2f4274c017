"""From an article's file to its text: split, render, and see where its links and images lead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from articles.build.addresses import Addresses, target
from articles.build.built_article import BuiltArticle, BuiltImage, BuiltLink
from articles.build.words import keywords, words
from articles.loading import file_io, front_matter
from articles.loading.article_file import soften
from articles.render import Context, Problem, Rendered, WebImage, images, render
from articles.render.image_problems import ImageError

MEDIA_URL = "/media/"
_SITE_LINK = re.compile(r'href="(/[^"#?]*)')


@dataclass(frozen=True)
class BuildContext:
    """What every text of a run is made with. Without `media` images are looked at and not written."""

    root: Path
    addresses: Addresses
    media: Path | None
    now_ns: int


@dataclass(frozen=True)
class Task:
    """A file to make a text of; the words of its title weigh more than others."""

    path: str
    title: str
    draft: bool = False


@dataclass
class _Images:
    """Resolves the images of one file, and remembers which it met."""

    desk: BuildContext
    path: str
    met: list[BuiltImage] = field(default_factory=list)
    wrong: dict[str, ImageError] = field(default_factory=dict)

    def resolve(self, written: str) -> WebImage | None:
        root = self.desk.root
        try:
            file = images.find((root / self.path).parent, written, root)
            stamp = file_io.stamp_of(file, self.desk.now_ns)
            picture, digest = self._publish(file), file_io.digest_of(file)
        except ImageError as wrong:
            self.wrong[written] = wrong
            return None
        self.met.append(BuiltImage(file.relative_to(root).as_posix(), stamp, digest))
        return picture

    def _publish(self, file: Path) -> WebImage:
        if self.desk.media is not None:
            return images.publish(file, self.desk.media, MEDIA_URL)
        images.inspect(file)
        return WebImage(file.name, 1, 1)


def make_all(desk: BuildContext, tasks: Sequence[Task]) -> list[BuiltArticle]:
    """Make the texts of several files."""
    return [make(desk, task) for task in tasks]


def make(desk: BuildContext, task: Task) -> BuiltArticle:
    """Make the text of one file. Mistakes are in its problems."""
    try:
        found = file_io.read(desk.root / task.path, desk.now_ns)
    except file_io.UnreadableFileError as wrong:
        return _nothing(task.path, wrong.problem)
    parts = front_matter.split(found.text)
    if isinstance(parts, Problem):
        return _nothing(task.path, parts)
    pictures = _Images(desk, task.path)
    context = Context(
        parts.body_line, lambda written: desk.addresses.url(target(task.path, written)), pictures.resolve
    )
    rendered = render(parts.body, context)
    text_words = words(rendered.text)
    problems = [
        *rendered.problems,
        *_broken_links(desk, task.path, rendered),
        *_broken_images(pictures, rendered),
    ]
    return BuiltArticle(
        path=task.path,
        digest=found.digest,
        problems=tuple(soften(problem) if task.draft else problem for problem in problems),
        blocks=[{"kind": block.kind, "words": block.words, "html": block.html} for block in rendered.blocks],
        contents=[{"id": each.id, "text": each.text, "level": each.level} for each in rendered.contents],
        anchors=sorted(rendered.anchors),
        text=rendered.text,
        search_text=" ".join(text_words),
        markdown=parts.body.strip() + "\n",
        words=rendered.words,
        reading_minutes=rendered.reading_minutes,
        links=tuple(
            BuiltLink(target(task.path, link.path), link.anchor, link.url, link.line)
            for link in rendered.links
            if link.url
        ),
        images=tuple(pictures.met),
        keywords=keywords(task.title, (each.text for each in rendered.headings), text_words),
    )


def _nothing(path: str, problem: Problem) -> BuiltArticle:
    return BuiltArticle(path, "", (problem,), [], [], [], "", "", "", 0, 1)


def _broken_links(desk: BuildContext, path: str, rendered: Rendered) -> list[Problem]:
    problems = [
        Problem(
            link.line,
            "link-broken",
            f"There is no article {link.path}.",
            desk.addresses.nearest(target(path, link.path)),
        )
        for link in rendered.links
        if link.url is None
    ]
    made = {link.url for link in rendered.links}
    for block in rendered.blocks:
        for url in _SITE_LINK.findall(block.html):
            if url not in made and (problem := _site_problem(desk, url, block.line)):
                problems.append(problem)
    return problems


def _site_problem(desk: BuildContext, url: str, line: int) -> Problem | None:
    if url.startswith("/articles/"):
        mend = "Link to an article by its file name, so that a new address cannot break the link."
        return Problem(line, "link-by-address", f"The link {url} is written as an address.", mend)
    if desk.addresses.is_page(url):
        return None
    return Problem(line, "link-broken", f"The site has no page {url}.", "Mend the address.")


def _broken_images(pictures: _Images, rendered: Rendered) -> list[Problem]:
    lines = {image.path: image.line for image in rendered.images}
    return [
        Problem(lines.get(written, 1), wrong.code, str(wrong), wrong.mend)
        for written, wrong in pictures.wrong.items()
    ]
