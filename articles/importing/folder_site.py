"""What a folder of Markdown is: whose program's, where its articles and pictures lie, which addresses they had."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from articles.importing.export import Post
from articles.loading.file_names import slug_of

_JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}
_HUGO = (
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "config.toml",
    "config.yaml",
    "config.yml",
    "config/_default/hugo.toml",
    "config/_default/config.toml",
    "config/_default/hugo.yaml",
    "config/_default/config.yaml",
)


@dataclass
class FolderSite:
    """The program whose folder it is, and what its configuration says."""

    program: str
    root: Path
    content: str = ""  # the folder that the articles are in
    assets: tuple[str, ...] = ("",)  # folders that addresses beginning with / are in
    title: str = ""
    description: str = ""
    base_url: str = ""
    zone: tzinfo = UTC
    permalink: str = ""
    permalinks: dict[str, str] = field(default_factory=dict)  # Hugo's, by section
    ugly: bool = False

    def address_of(self, post: Post, values: Mapping[str, Any]) -> list[str]:
        """The path that an article had on the old site; none where the program gave it none."""
        given = values.get("url") if self.program == "Hugo" else values.get("permalink")
        if isinstance(given, str) and given and "{" not in given and "://" not in given:
            path = _expanded(given, self._words(post, values)) if ":" in given else given
            return [f"/{path.lstrip('/')}"]
        if self.program == "Jekyll":
            return [self._jekyll(post, values)]
        if self.program == "Hugo":
            return [self._hugo(post, values)]
        return []

    def _jekyll(self, post: Post, values: Mapping[str, Any]) -> str:
        template = _JEKYLL_STYLES.get(self.permalink, self.permalink) or _JEKYLL_STYLES["date"]
        if post.published is None or "_posts" not in PurePosixPath(post.source).parts:
            stem = PurePosixPath(post.source).with_suffix("").as_posix()
            stem = re.sub(r"(?:^|/)(?:index|README)$", "/", re.sub(r"(^|/)_", r"\1", stem))
            return (
                f"/{stem}"
                if stem.endswith("/")
                else f"/{stem}/"
                if template.endswith("/")
                else f"/{stem}.html"
            )
        return _expanded(template, self._words(post, values))

    def _hugo(self, post: Post, values: Mapping[str, Any]) -> str:
        inside = (
            PurePosixPath(post.source).relative_to(self.content)
            if self.content
            else PurePosixPath(post.source)
        )
        section = inside.parts[0] if len(inside.parts) > 1 else ""
        if template := self.permalinks.get(section):
            return _expanded(template, self._words(post, values) | {"section": section})
        is_bundle = inside.stem in {"index", "_index"}
        folder = inside.parent.parent if is_bundle else inside.parent
        name = str(values.get("slug") or (inside.parent.name if is_bundle else inside.stem))
        path = re.sub(r"\s+", "-", (folder / name).as_posix().lower().replace("'", ""))
        if path == ".":  # the home page
            return "/"
        return f"/{path}.html" if self.ugly else f"/{path}/"

    def _words(self, post: Post, values: Mapping[str, Any]) -> dict[str, str]:
        day = post.published or date(1970, 1, 1)
        stem = re.sub(r"^\d{4}-\d{1,2}-\d{1,2}-", "", PurePosixPath(post.source).stem)
        name = PurePosixPath(post.source).parent.name if stem in {"index", "_index"} else stem
        title, slug = slug_of(f"{post.title}.md"), str(values.get("slug") or "")
        categories = values.get("categories") or values.get("category") or []
        categories = (
            categories.split()
            if isinstance(categories, str)
            else categories
            if isinstance(categories, list)
            else []
        )
        folders = (
            [part for part in PurePosixPath(post.source).parts[:-1] if not part.startswith("_")]
            if self.program == "Jekyll"
            else []
        )
        return {
            "categories": "/".join(re.sub(r"\s+", "-", str(name).lower()) for name in [*folders, *categories]),
            "year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}", "i_month": str(day.month), "i_day": str(day.day),
            "short_year": f"{day:%y}", "y_day": f"{day:%j}", "week": f"{day:%V}", "short_day": f"{day:%a}", "yearday": f"{day:%-j}",
            "title": (slug or name) if self.program == "Jekyll" else title, "slug": slug or (name if self.program == "Jekyll" else title),
            "filename": name, "contentbasename": name, "slugorcontentbasename": slug or name, "slugorfilename": slug or name,
            "name": name, "output_ext": ".html", "collection": "", "path": name,
            "sections": "/".join(PurePosixPath(post.source).parts[1:-1]),
        }  # fmt: skip


def _expanded(template: str, words: Mapping[str, str]) -> str:
    path = re.sub(r":([a-z_]+)(?:\[[^\]]*\])?", lambda found: words.get(found[1], ""), template)
    return re.sub(r"/{2,}", "/", f"/{path}")


def look_at_folder(root: Path) -> FolderSite:
    """Find out whose folder it is."""
    if (root / "_config.yml").is_file() or (root / "_posts").is_dir():
        return _jekyll_site(root)
    if (root / "content").is_dir() and (
        config := next((root / name for name in _HUGO if (root / name).is_file()), None)
    ):
        return _hugo_site(root, config)
    if (root / ".obsidian").is_dir():
        return FolderSite("Obsidian", root, title=root.resolve().name)
    return FolderSite("Markdown", root, title=root.resolve().name)


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
        values = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return {str(key).lower(): value for key, value in values.items()} if isinstance(values, dict) else {}


def _zone(name: Any) -> tzinfo:
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (ValueError, OSError, KeyError):
        return UTC


def _jekyll_site(root: Path) -> FolderSite:
    config = _read(root / "_config.yml")
    base = str(config.get("url") or "").rstrip("/") + str(config.get("baseurl") or "").rstrip("/")
    return FolderSite(
        "Jekyll", root, title=str(config.get("title") or ""), description=str(config.get("description") or ""),
        base_url=base if base.startswith("http") else "", zone=_zone(config.get("timezone")),
        permalink=str(config.get("permalink") or "date"),
    )  # fmt: skip


def _hugo_site(root: Path, config_path: Path) -> FolderSite:
    config = _read(config_path)
    params = config.get("params") if isinstance(config.get("params"), dict) else {}
    links = config["permalinks"] if isinstance(config.get("permalinks"), dict) else {}
    pages = links["page"] if isinstance(links.get("page"), dict) else links
    base = str(config.get("baseurl") or "").rstrip("/")
    content = str(config.get("contentdir") or "content").strip("/")
    content = content if (root / content).is_dir() else "content"
    return FolderSite(
        "Hugo", root, content, ("static", "assets", content, ""), str(config.get("title") or ""),
        str((params or {}).get("description") or ""), base if base.startswith("http") else "", _zone(config.get("timezone")),
        permalinks={str(key).strip("/"): str(value) for key, value in (pages or {}).items() if isinstance(value, str)},
        ugly=config.get("uglyurls") is True,
    )  # fmt: skip
