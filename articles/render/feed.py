"""Plain HTML for feeds and mails: no ids, forms or folded parts, and only absolute URLs."""

from collections.abc import Iterable
from urllib.parse import urljoin

import nh3
from lxml import etree

from articles.render.clean import FORMULAS, SCHEMES, TAGS
from articles.render.tree import Element, new_element, parent_of, remove, sub_element, text_of

_TAGS = TAGS - FORMULAS - {"section", "details", "summary", "input", "span"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start"},
        "th": {"scope"},
    },
    url_schemes=SCHEMES,
    link_rel=None,
)
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)


def for_feed(html: str, article_url: str) -> str:
    """The plain HTML of a rendered article.

    `article_url` is the absolute URL of the article, by which all others are made absolute.
    A practice question shows its reasons below all options, so that readers can think first, and what readers would
    open (also the answers of other items, and hints) stands at the end. A formula is its TeX, as feed readers and mails know no MathML.
    """
    document = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)
    body = document[0]
    for label in [each for each in body.iter("p") if each.get("class") in ("number", "note-title")]:
        embolden(label)
    for question in elements_with_class(body.iter("section"), "question"):
        unfold_question(question)
    for item in [each for each in body.iter("section") if each.get("class", "").startswith("question")]:
        name_what_opens(item)
    for notes in elements_with_class(body.iter("section"), "footnotes"):
        notes.insert(0, heading := new_element("p"))
        sub_element(heading, "strong").text = "Notes"
    for formula in list(body.iter("math")):
        write_formula(formula)
    unfold_details(body)
    for link in list(body.iter("a")):
        simplify_link(link, article_url)
    for image in body.iter("img"):
        image.set("src", urljoin(article_url, image.get("src", "")))
    for checkbox in list(body.iter("input")):
        remove(checkbox, instead="☑" if checkbox.get("checked") is not None else "☐")
    blocks = (etree.tostring(element, encoding="unicode", method="html") for element in body)
    return "".join([body.text or "", *map(_CLEANER.clean, blocks)]).strip()


def embolden(label: Element) -> None:
    """Make all of a paragraph bold."""
    children, text = list(label), label.text
    strong = sub_element(label, "strong")
    strong.text, label.text = text, None
    strong.extend(children)


def elements_with_class(elements: Iterable[Element], name: str) -> list[Element]:
    """The elements of exactly this class."""
    return [element for element in elements if element.get("class") == name]


def simplify_link(link: Element, article_url: str) -> None:
    """Remove links inside the article, and make the others absolute."""
    kind = link.get("class")
    if kind in ("anchor", "back"):
        remove(link)
    elif kind == "ref":
        remove(link, instead=f"[{link.text or ''}]")
    elif href := link.get("href"):
        link.set("href", urljoin(article_url, href))


def unfold_question(question: Element) -> None:
    """Show the options of a question as a list, and their reasons below."""
    choices, answers = new_element("div"), new_element("div")
    for option in [each for each in question.iter("details") if _is_option(each)]:
        unfold_option(option, choices, answers)
    question.append(choices)
    sub_element(sub_element(question, "p"), "strong").text = "Answers"
    question.append(answers)
    for source in elements_with_class(question, "source"):
        question.append(source)


def name_what_opens(item: Element) -> None:
    """Say whose answer and whose hint it is, as it will stand far from its item."""
    name = text_of([item[0][0]])  # its label
    for part in [each for each in item if each.get("class") in ("answer", "hint")]:
        part[0].text = f"{name}: {part.get('class')}"


def _is_option(details: Element) -> bool:
    """Whether it is one of ours: an answer may hold folded text of its author's own."""
    return len(details) > 1 and bool(elements_with_class(details[0], "letter"))


def unfold_option(option: Element, choices: Element, answers: Element) -> None:
    """Move an option's text to the choices, and its reason to the answers."""
    summary, reason = option[0], option[1]
    letter = summary[0]
    verdict = "correct" if "yes" in reason.get("class", "") else "incorrect"
    heading = sub_element(sub_element(answers, "p"), "strong")
    heading.text = f"{letter.text}: {verdict}."
    letter.attrib.clear()
    letter.tag, letter.text, letter.tail = "strong", f"{letter.text}.", f" {(letter.tail or '').lstrip()}"
    for label in elements_with_class(reason, "verdict"):
        remove(label)
    answers.extend(list(reason))
    summary.tag = "p"
    choices.append(summary)
    parent_of(option).remove(option)


def write_formula(formula: Element) -> None:
    """Write a formula as the TeX that it was."""
    code, tail = new_element("code"), formula.tail
    if parent_of(formula).get("class") == "formula":
        parent_of(formula).tag = "pre"
    code.text, code.tail = formula.get("alttext", ""), tail
    parent_of(formula).replace(formula, code)


def unfold_details(body: Element) -> None:
    """Move what readers would open to the end, where it gives nothing away, and say there what it belongs to."""
    for number, part in enumerate(list(body.iter("details")), 1):
        summary = part[0] if len(part) and part[0].tag == "summary" else new_element("summary")
        label = new_element("p")
        words = sub_element(label, "strong")
        words.text, words[:] = summary.text, list(summary)
        words.text = words.text if text_of([words]) else "More"
        words.tail = f" (see {number} at the end)"
        label.tail, part.tail = part.tail, None
        parent_of(part).replace(part, label)
        if summary.getparent() is part:
            remove(summary)
        heading = new_element("p")
        sub_element(heading, "strong").text = f"{number}. {text_of([words])}"
        part.tag = "div"
        part.insert(0, heading)
        heading.tail, part.text = part.text, None
        body.append(part)
