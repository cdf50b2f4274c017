"""Which visitors are bots. Few of them run scripts; most that do say who they are."""

import re

# Only names of programs that also claim to be a browser. A CUBOT is a telephone.
NAMES = re.compile(
    r"(?<!cu)bots?\b|crawl|spider|slurp|headless|phantom|selenium|puppeteer|playwright|lighthouse|pagespeed"
    r"|preview|monitor|uptime|pingdom|facebookexternalhit|embedly|archive\.org|python|scrapy"
    r"|chatgpt|claude|perplexity",
    re.IGNORECASE,
)


def is_robot(name: str, languages: str) -> bool:
    """Whether a message comes from a program: by its User-Agent, or because it lacks what browsers send."""
    return not name.startswith("Mozilla/") or not languages or NAMES.search(name) is not None
