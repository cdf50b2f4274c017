"""Structured data for search engines: schema.org's Article, BreadcrumbList and Organization."""

import json
from typing import Any

from articles.models import Article, Exam
from carrel.settings import Settings

CONTEXT = "https://schema.org"


def script_safe(data: object) -> str:
    """JSON that cannot end the script element it stands in (ASVS 1.2.3)."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def of_article(article: Article, settings: Settings) -> str:
    """An article, and the way that leads to it."""
    return script_safe([_article(article, settings), _way(settings, article.exam, article)])


def of_exam(exam: Exam, settings: Settings) -> str:
    """The way to an exam."""
    return script_safe(_way(settings, exam))


def of_site(settings: Settings) -> str:
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
    return script_safe([site, {"@context": CONTEXT} | _organization(settings)])


def _article(article: Article, settings: Settings) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Article",
        "headline": article.title,
        "description": article.summary,
        "url": settings.base_url + article.url,
        "mainEntityOfPage": settings.base_url + article.url,
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "wordCount": article.words,
        "author": {"@type": "Organization", "name": article.author},
        "publisher": _organization(settings),
        "about": [topic.name for topic in article.topics],
    }
    if article.published_at:
        data["datePublished"] = article.published_at.isoformat()
    if article.lastmod:
        data["dateModified"] = article.lastmod.isoformat()
    return data


def _organization(settings: Settings) -> dict[str, Any]:
    return {"@type": "Organization", "name": settings.site_name, "url": f"{settings.base_url}/"}


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
