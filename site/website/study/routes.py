"""The study pages' blueprints, registered in one place."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every study page."""
