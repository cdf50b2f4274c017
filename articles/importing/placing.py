"""Says which file each post becomes, and from which old addresses it redirects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic_core import PydanticCustomError

from articles.importing.export import Export, Post
from articles.importing.files import Manifest
from articles.loading.content import LoadedContent
from articles.loading.discovery import PAGE_NAMES
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.file_names import slug_of
from articles.loading.old_paths import is_slug, validate_alias

_OUR_PAGES = {f"/{name}" for name in PAGE_NAMES}


@dataclass
class Placement:
    """Gives every post of an export a path and a slug of its own: the same ones each time it is imported."""

    exam: str
    export: Export
    manifest: Manifest
    content: LoadedContent
    is_taken: Callable[[str], bool]
    paths: dict[str, str] = field(default_factory=dict)  # from the exam's folder, by post id
    _slugs: dict[str, str] = field(default_factory=dict)  # of other files, and of posts placed so far
    _aliases: dict[str, str] = field(default_factory=dict)

    def place(self) -> list[Post]:
        """The posts that get a file; why others do not is noted."""
        ours = {f"{self.exam}/{path}" for path in self._candidates()}
        for article in self.content.articles.values():
            if article.path not in ours:
                self._slugs[article.slug] = article.path
                self._aliases |= dict.fromkeys(article.aliases, article.path)
        posts = [post for post in self._known_first() if self._place(post)]
        placed = {id(post) for post in posts}
        posts = [post for post in self.export.posts if id(post) in placed]
        for post in posts:
            post.old_paths = list(self._usable_paths(post))
        return posts

    def key(self, post: Post) -> str:
        """The post's name in the manifest."""
        return f"{self.export.key}:{post.id}"

    def _known_first(self) -> list[Post]:
        return sorted(self.export.posts, key=lambda post: self.manifest.path_of(self.key(post)) is None)

    def _candidates(self) -> Iterator[str]:
        """Files that this export may have written: those of its manifest, and those an import was killed over."""
        for post in self.export.posts:
            if known := self.manifest.path_of(self.key(post)):
                yield known
            slug = self._wanted_slug(post)
            for number in range(1, 30):
                yield self._path(post, slug if number == 1 else f"{slug}-{number}")

    @staticmethod
    def _path(post: Post, slug: str) -> str:
        return (PurePosixPath(post.folder) / f"{slug}.md").as_posix()

    @staticmethod
    def _wanted_slug(post: Post) -> str:
        slug = (
            post.slug
            if SLUG.match(post.slug) and len(post.slug) <= SLUG_LENGTH - 3
            else slug_of(f"{post.slug}.md")
        )
        return (
            slug[: SLUG_LENGTH - 3].strip("-")
            or slug_of(f"{post.title.replace('/', ' ')}.md")[: SLUG_LENGTH - 3].strip("-")
            or slug_of(f"post {post.id}.md")
        )

    def _place(self, post: Post) -> bool:
        if known := self.manifest.path_of(self.key(post)):
            post.slug = slug_of(known)
            self.paths[post.id] = known
            self._slugs.setdefault(post.slug, f"{self.exam}/{known}")
            return True
        wanted = self._wanted_slug(post)
        owner = self._slugs.get(wanted)
        if owner and owner not in {f"{self.exam}/{path}" for path in self.paths.values()}:
            why = f"Its address /articles/{wanted}/ belongs to {owner}. Rename that file, or remove it, and import again."
            self.export.leave_out(post.title or post.id, why)
            return False
        slug = next(slug for slug in _numbered(wanted) if slug not in self._slugs)
        self.paths[post.id] = self._path(post, slug)
        self._slugs[slug] = f"{self.exam}/{self.paths[post.id]}"
        post.slug = slug
        return True

    def _usable_paths(self, post: Post) -> Iterator[str]:
        seen: set[str] = set()
        for path in (path for path in post.old_paths if path != "/"):  # home is a page of ours
            try:
                alias = validate_alias(path)
            except (PydanticCustomError, ValueError) as error:
                reason = (
                    error.context.get("message", "")
                    if isinstance(error, PydanticCustomError) and error.context
                    else str(error)
                )
                post.note(f"Nothing redirects from {path}: {reason}")
                continue
            if alias == post.slug or alias in seen or alias == "/":
                continue
            seen.add(alias)
            if self._may_have(post, alias):
                yield alias

    def _may_have(self, post: Post, alias: str) -> bool:
        if alias.lower() in _OUR_PAGES:
            post.draft = True
            post.note(
                f"The site has a page of its own at {alias}/, so this one was imported as a draft. Copy what you want to keep from it."
            )
            return False
        if self.is_taken(f"{alias}/") or self.is_taken(alias):
            post.note(f"Nothing redirects from {alias}: the site has a page of its own there.")
            return False
        if is_slug(alias) and alias in self._slugs:
            return False
        owner = self._aliases.setdefault(alias, post.id)
        if owner != post.id:
            post.note(f"Nothing redirects from {alias}: {owner} has that address already.")
        return owner == post.id


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    yield from (f"{slug}-{number}" for number in range(2, 100_000))
