"""Typographic quotes, dashes and ellipses, in the form that the exam's language uses; never in code or formulas."""

from articles.render import markdown

_SMART = "“”"  # comrak's, whatever the language
# An author's own quotes while the others change: characters that no text may have.
_OWN = {"“": "\ue010", "”": "\ue011"}
_HIDE, _SHOW = str.maketrans(_OWN), {ord(hidden): own for own, hidden in _OWN.items()}


def to_html(
    text: str, *, raw_html: bool = False, math: bool = False, quotes: str = "", notes: bool = False
) -> str:
    """Convert Markdown; the first half of `quotes` opens, the second closes, and without them nothing is changed.

    With `notes`, `^[words]` is a footnote.
    """
    if quotes in ("", _SMART):
        return markdown.to_html(text, raw_html=raw_html, math=math, smart=bool(quotes), notes=notes)
    html = markdown.to_html(text.translate(_HIDE), raw_html=raw_html, math=math, smart=True, notes=notes)
    middle = len(quotes) // 2
    return html.translate({ord("“"): quotes[:middle], ord("”"): quotes[middle:]} | _SHOW)
