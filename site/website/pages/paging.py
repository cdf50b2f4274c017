"""What the pages of a long list of articles say of each other."""

from articles.lists import ListPage
from carrel.http.page_number import path_of


def around(path: str, page: ListPage) -> tuple[str, str]:
    """The addresses of the pages before and after this one of the list at `path`; "" for none."""
    previous = path_of(path, page.number - 1) if page.number > 1 else ""
    return previous, path_of(path, page.number + 1) if page.number < page.last else ""


def title_of(name: str, page: ListPage) -> str:
    """The title of a page: no two pages of a list have the same."""
    return name if page.number == 1 else f"{name}, page {page.number}"
