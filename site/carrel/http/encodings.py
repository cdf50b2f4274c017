"""Which content coding a browser gets: Brotli, gzip or none, by what it says that it takes (RFC 9110, 12.5.3)."""

import re

PREFERRED = ("br", "gzip")  # of those that a browser likes equally; Brotli makes a page a tenth smaller
_WEIGHTED = re.compile(r"([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")
_SAME = {"x-gzip": "gzip"}  # RFC 9110, 8.4.1.3


def best_encoding(accepted: str) -> str:
    """The coding to answer with, "" for none. `accepted` is the Accept-Encoding header.

    Among what has the highest weight, the first of `PREFERRED`. An unpacked page goes to whoever would rather have it,
    or takes nothing that we have. A part that makes no sense counts as not said.
    """
    weights = _weights(accepted)
    offered = {name: weights.get(name, weights.get("*", 0.0)) for name in PREFERRED}
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 and offered[best] >= weights.get("identity", 0.0) else ""


def _weights(accepted: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        if match := _WEIGHTED.fullmatch(part.strip()):
            name = _SAME.get(match[1], match[1])
            weights.setdefault(name, min(float(match[2] or 1), 1.0))
    return weights
