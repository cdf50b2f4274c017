"""Write down what the code promises beyond the contract so far: `python -m tests.contract`.

It only adds lines to `frozen/`, and prints them; review them like code. To end a promise, take its line out by
hand, and say so in the change log.
"""

import io
from contextlib import redirect_stderr

import click

from tests.contract import frozen
from tests.contract.observe import LOOKS, promises

if __name__ == "__main__":
    for kind in LOOKS:
        with redirect_stderr(io.StringIO()):  # the site's log
            promised = promises(kind)
        for line in frozen.add(kind, promised):
            click.echo(f"{kind}: {line}")
