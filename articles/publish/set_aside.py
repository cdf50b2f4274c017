"""For the preview: go on in spite of mistakes, with what is left when they are set aside.

Publishing is all or nothing; whoever is writing wants to see the rest, and the mistake beside it.
"""

from dataclasses import replace

from articles.loading.content import LoadedContent
from articles.publish.publication import Publication, PublishRefusedError


def set_aside_broken_files(run: Publication, content: LoadedContent) -> None:
    """Leave out the files that cannot be built: the library keeps what it had of them.

    Raises `PublishRefusedError` when the mistake is not in an article or a page: an exam's file concerns them all.
    """
    files = {file.path for file in content.folder.articles} | set(content.folder.pages)
    broken = set(broken_files(content))
    if broken - files - content.folder.problems.keys():
        raise PublishRefusedError(content.report())
    previous = run.previous_by_path
    for path in broken & files:
        content.articles.pop(path, None)
        content.pages.pop(path, None)
        content.bodies.pop(path, None)
        if path in previous:
            content.unchanged[path] = previous[path].stat


def forget_broken_files(content: LoadedContent) -> None:
    """Have files with mistakes in their text built again next time, whether or not they change: others may mend them."""
    for path in broken_files(content):
        if article := content.articles.get(path):
            summary = article.matter.summary or article.matter.title  # a file without text has none
            content.articles[path] = replace(article.with_matter(summary=summary), stat="", digest="")


def broken_files(content: LoadedContent) -> list[str]:
    """The files with mistakes that prevent publishing."""
    return [path for path, found in content.problems.items() if any(one.level == "error" for one in found)]
