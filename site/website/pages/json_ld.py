"""Structured data for search engines: schema.org's Article, Person, BreadcrumbList and Organization."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from articles.loading.fields import AUTHOR
from articles.models import Article, Author, Exam
from articles.series import Place, Series
from carrel.settings import Settings
from website.pages.cards import ShareImage

CONTEXT = "https://schema.org"


def script_safe(data: object) -> str:
    """JSON that cannot end the script element it stands in (ASVS 1.2.3)."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@dataclass(frozen=True)
class Surroundings:
    """What is said of an article beyond its row: who wrote it, its place in a series, its picture, the site's icon."""

    people: Mapping[str, Author]
    place: Place | None
    image: ShareImage
    icon: str


def of_article(article: Article, settings: Settings, around: Surroundings) -> str:
    """An article, and the way that leads to it."""
    return script_safe([_article(article, settings, around), _way(settings, article.exam, article)])


def of_exam(exam: Exam, settings: Settings) -> str:
    """The way to an exam."""
    return script_safe(_way(settings, exam))


def of_author(author: Author, settings: Settings) -> str:
    """A person's page."""
    return script_safe(
        {"@context": CONTEXT, "@type": "ProfilePage", "mainEntity": _person(author.name, author, settings)}
    )


def of_series(series: Series, settings: Settings) -> str:
    """A series, with its parts in order."""
    parts = [
        {"@type": "Article", "position": place, "name": part.title, "url": settings.base_url + part.url}
        for place, part in enumerate(series.parts, 1)
    ]
    return script_safe({"@context": CONTEXT, **_series(series, settings), "hasPart": parts})


def of_site(settings: Settings, icon: str) -> str:
    """Who publishes, and how to search."""
    search = {
        "@type": "SearchAction",
        "target": f"{settings.base_url}/search?q={{query}}",
        "query-input": "required name=query",
    }
    site = {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": settings.site_name,
        "url": f"{settings.base_url}/",
        "potentialAction": search,
    }
    return script_safe([site, {"@context": CONTEXT} | _organization(settings, icon)])


def _article(article: Article, settings: Settings, around: Surroundings) -> dict[str, Any]:
    publisher = _organization(settings, around.icon)
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Article",
        "headline": article.title,
        "description": article.summary,
        "url": settings.base_url + article.url,
        "image": _image(around.image),
        "mainEntityOfPage": _page(article, settings, around),
        "inLanguage": article.language or settings.site_language,
        "isAccessibleForFree": True,
        "wordCount": article.words,
        "author": publisher if article.author == AUTHOR else _named(article.author, settings, around),
        "publisher": publisher,
        "about": [topic.name for topic in article.topics],
    }
    if around.place:
        data |= {"isPartOf": _series(around.place.series, settings), "position": around.place.number}
    if article.published_at:
        data["datePublished"] = article.published_at.isoformat()
    if article.lastmod:
        data["dateModified"] = article.lastmod.isoformat()
    return data


def _page(article: Article, settings: Settings, around: Surroundings) -> dict[str, Any]:
    """The page of an article: schema.org has reviews of pages, not of articles."""
    page: dict[str, Any] = {"@type": "WebPage", "@id": settings.base_url + article.url}
    if article.reviewer and article.reviewed:
        page["reviewedBy"] = _named(article.reviewer, settings, around)
        page["lastReviewed"] = article.reviewed.isoformat()
    return page


def _named(name: str, settings: Settings, around: Surroundings) -> dict[str, Any]:
    return _person(name, around.people.get(name), settings)


def _person(name: str, author: Author | None, settings: Settings) -> dict[str, Any]:
    person: dict[str, Any] = {"@type": "Person", "name": name}
    if author:
        person["url"] = settings.base_url + author.url
        more = {"honorificSuffix": author.credentials, "description": author.bio, "sameAs": author.links}
        person |= {key: value for key, value in more.items() if value}
    return person


def _series(series: Series, settings: Settings) -> dict[str, Any]:
    return {"@type": "CreativeWorkSeries", "name": series.name, "url": settings.base_url + series.url}


def _image(image: ShareImage) -> dict[str, Any]:
    return {"@type": "ImageObject", "url": image.url, "caption": image.alt}


def _organization(settings: Settings, icon: str) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "name": settings.site_name,
        "url": f"{settings.base_url}/",
        "logo": icon,
    }


def _way(settings: Settings, exam: Exam, article: Article | None = None) -> dict[str, Any]:
    steps = [(settings.site_name, "/"), (exam.title, exam.url)]
    if article:
        steps.append((article.title, article.url))
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": settings.base_url + path}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }
