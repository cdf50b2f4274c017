"""Plain HTML for feeds and mails: no ids, forms or folded parts, and only absolute URLs."""

from collections.abc import Iterable
from urllib.parse import urljoin

import nh3
from lxml import etree

from articles.render.clean import SCHEMES, TAGS
from articles.render.tree import Element, new_element, parent_of, remove, sub_element

_TAGS = TAGS - {"section", "details", "summary", "input", "span"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start", "type"},
        "th": {"scope"},
    },
    url_schemes=SCHEMES,
    link_rel=None,
)
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)


def for_feed(html: str, article_url: str) -> str:
    """The plain HTML of a rendered article.

    `article_url` is the absolute URL of the article, by which all others are made absolute.
    A practice question shows its reasons below all options, so that readers can think first.
    """
    document = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)
    body = document[0]
    for label in elements_with_class(body.iter("p"), "number"):
        label[:] = [sub_element(label, "strong")]
        label[0].text, label.text = label.text, None
    for question in elements_with_class(body.iter("section"), "question"):
        unfold_question(question)
    for link in list(body.iter("a")):
        simplify_link(link, article_url)
    for image in body.iter("img"):
        image.set("src", urljoin(article_url, image.get("src", "")))
    for checkbox in list(body.iter("input")):
        remove(checkbox, instead="☑" if checkbox.get("checked") is not None else "☐")
    blocks = (etree.tostring(element, encoding="unicode", method="html") for element in body)
    return "".join([body.text or "", *map(_CLEANER.clean, blocks)]).strip()


def elements_with_class(elements: Iterable[Element], name: str) -> list[Element]:
    """The elements of exactly this class."""
    return [element for element in elements if element.get("class") == name]


def simplify_link(link: Element, article_url: str) -> None:
    """Remove links inside the article, and make the others absolute."""
    kind = link.get("class")
    if kind in ("anchor", "back"):
        remove(link)
    elif kind == "ref":
        remove(link, instead=link.text or "")
    elif href := link.get("href"):
        link.set("href", urljoin(article_url, href))


def unfold_question(question: Element) -> None:
    """Show the options of a question as a list, and their reasons below."""
    choices, answers = new_element("ol", type="A"), new_element("div")
    for option in list(question.iter("details")):
        unfold_option(option, choices, answers)
    question.append(choices)
    sub_element(sub_element(question, "p"), "strong").text = "Answers"
    question.append(answers)


def unfold_option(option: Element, choices: Element, answers: Element) -> None:
    """Move an option's text to the choices, and its reason to the answers."""
    summary, reason = option[0], option[1]
    letter = summary[0]
    verdict = "right" if "yes" in reason.get("class", "") else "not this one"
    heading = sub_element(sub_element(answers, "p"), "strong")
    heading.text = f"{letter.text}: {verdict}."
    remove(letter)
    summary.text = (summary.text or "").strip()
    for label in elements_with_class(reason, "verdict"):
        remove(label)
    answers.extend(list(reason))
    summary.tag = "li"
    choices.append(summary)
    parent_of(option).remove(option)
