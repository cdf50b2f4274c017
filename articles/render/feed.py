"""The plain form of a rendered article for feeds and mails: no ids, forms or folding, every address absolute."""

from urllib.parse import urljoin

import nh3
from lxml import etree

from articles.render.clean import SCHEMES, TAGS
from articles.render.tree import Element, add, make, parent_of, remove

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
    """Give the body of a rendered article in plain HTML.

    `article_url` is the absolute address of the article; every other address is made absolute against it.
    The reasons of a practice question stand below all of its options, so that a reader can think first.
    """
    document = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)
    body = document[0]
    for number in [found for found in body.iter("p") if found.get("class") == "number"]:
        number[:] = [add(number, "strong")]
        number[0].text, number.text = number.text, None
    _unfold(body)
    for link in list(body.iter("a")):
        _settle_link(link, article_url)
    for image in body.iter("img"):
        image.set("src", urljoin(article_url, image.get("src", "")))
    for box in list(body.iter("input")):
        remove(box, instead="☑" if box.get("checked") is not None else "☐")
    return "".join([body.text or "", *(_CLEANER.clean(_html(element)) for element in body)]).strip()


def _html(element: Element) -> str:
    return etree.tostring(element, encoding="unicode", method="html")


def _settle_link(link: Element, article_url: str) -> None:
    kind = link.get("class")
    if kind in ("anchor", "back"):
        remove(link)
    elif kind == "ref":
        remove(link, instead=link.text or "")
    elif href := link.get("href"):
        link.set("href", urljoin(article_url, href))


def _unfold(body: Element) -> None:
    for question in [found for found in body.iter("section") if found.get("class") == "question"]:
        options = list(question.iter("details"))
        choices, answers = make("ol", type="A"), make("div")
        for option in options:
            _unfold_one(option, choices, answers)
        question.append(choices)
        add(add(question, "p"), "strong").text = "Answers"
        question.append(answers)


def _unfold_one(option: Element, choices: Element, answers: Element) -> None:
    summary, why = option[0], option[1]
    letter = summary[0]
    verdict = "right" if "yes" in why.get("class", "") else "not this one"
    head = add(add(answers, "p"), "strong")
    head.text = f"{letter.text}: {verdict}."
    remove(letter)
    summary.text = (summary.text or "").strip()
    for mark in [found for found in why if found.get("class") == "verdict"]:
        remove(mark)
    answers.extend(list(why))
    summary.tag = "li"
    choices.append(summary)
    parent_of(option).remove(option)
