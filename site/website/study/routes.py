"""The study pages' blueprints, registered in one place."""

from flask import Flask

from website.study import (
    anki_file,
    cards,
    device_routes,
    glossary,
    hook_handlers,
    plan_routes,
    practice,
    report,
    today,
)


def init_app(app: Flask) -> None:
    """Register every study page, and what study does when readers are merged or erased."""
    hook_handlers.register_hooks()
    for pages in (
        plan_routes, practice, today, device_routes, anki_file, cards, glossary, report,
    ):  # fmt: skip
        app.register_blueprint(pages.blueprint)
