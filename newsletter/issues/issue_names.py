"""What an issue is called, in words."""

from newsletter.issues.models import Issue
from newsletter.subscribers.models import Frequency

BROADCAST = "Message"
ONE_ARTICLE = "article:"  # begins the period of an issue of a single new article
NAMES = {
    Frequency.EACH: "New articles",
    Frequency.DAILY: "Daily",
    Frequency.WEEKLY: "Weekly",
    Frequency.MONTHLY: "Monthly",
}


def name_of(issue: Issue) -> str:
    """What kind of issue it is: "Weekly"."""
    if issue.is_broadcast:
        return BROADCAST
    return "New article" if issue.period.startswith(ONE_ARTICLE) else NAMES[Frequency(issue.frequency)]


def title_of(issue: Issue) -> str:
    """The same with its period, for operators: "Weekly, 2026-W46"."""
    if issue.is_broadcast:
        return "Broadcast"
    period = period_in_words(issue.period)
    return f"{name_of(issue)}, {period}" if period else name_of(issue)


def period_in_words(period: str) -> str:
    """A period of time as it is; empty for the name of what appeared, which is for us alone."""
    return "" if ":" in period else period


def name_for_commands(issue: Issue) -> str:
    """By frequency and period, as the sent log has it: "weekly, 2026-W46"."""
    return "broadcast" if issue.is_broadcast else f"{issue.frequency}, {issue.period}"
