"""`python -m website` is the `carrel` command."""

from website.cli import main

main()
