"""Structured data of study pages: what search engines ask of flashcards (schema.org's Quiz), and a glossary's terms."""

from collections.abc import Sequence
from typing import Any

from articles.models import Article, Exam
from articles.render import plain_text
from articles.terms import Term
from carrel.settings import Settings
from website.pages.json_ld import CONTEXT, script_safe
from website.study.item_view import ItemView


def of_cards(article: Article, items: Sequence[ItemView], settings: Settings) -> str:
    """A quiz whose parts are the cards of the page, each with its front and back as plain text."""
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Quiz",
        "name": article.title,
        "inLanguage": article.language or settings.site_language,
        "about": {"@type": "Thing", "name": article.title},
        "isPartOf": {"@type": "Article", "url": settings.base_url + article.url},
        "hasPart": [_flashcard(item) for item in items],
    }
    if article.domain:
        data["educationalAlignment"] = [
            {
                "@type": "AlignmentObject",
                "alignmentType": "educationalSubject",
                "targetName": article.domain.title,
            }
        ]
    return script_safe(data)


def _flashcard(item: ItemView) -> dict[str, Any]:
    return {
        "@type": "Question",
        "eduQuestionType": "Flashcard",
        "text": plain_text(item.prompt),
        "acceptedAnswer": {"@type": "Answer", "text": plain_text(item.answer)},
    }


def of_glossary(exam: Exam, terms: Sequence[Term], path: str, settings: Settings) -> str:
    """The terms of an exam as a set."""
    url = settings.base_url + path
    return script_safe(
        {
            "@context": CONTEXT,
            "@type": "DefinedTermSet",
            "url": url,
            "name": f"Glossary: {exam.title}",
            "inLanguage": exam.lang or settings.site_language,
            "hasDefinedTerm": [
                {
                    "@type": "DefinedTerm",
                    "url": f"{url}#term-{term.key}",
                    "name": term.name,
                    "description": term.definition_text,
                    "inDefinedTermSet": url,
                }
                for term in terms
            ],
        }
    )
