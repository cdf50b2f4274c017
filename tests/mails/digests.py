"""Digests of every shape: one article in full, several, so many that some stand on the site alone."""

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

from articles.render import RenderContext, for_feed, render
from carrel.ads.slot_view import FilledSlot, SlotImage
from carrel.images import processing
from carrel.images.image import WebImage
from carrel.mail.message import Content
from carrel.settings import Settings
from newsletter.issues.issue_mail import OperatorText, compose_broadcast, compose_issue
from newsletter.issues.mail_pictures import with_mail_pictures
from newsletter.subscribers.models import Frequency

SITE = "https://carrel.test"
VIEW = f"{SITE}/newsletter/archive/12/"
TEXT_AD = FilledSlot("digest", "Advertisement", "1", "Good books", "Cheap & new.", f"{SITE}/out/1")
PICTURE_AD = FilledSlot(
    "digest",
    "Advertisement",
    "2",
    "Quiet Books",
    "Second-hand manuals, checked by hand.",
    f"{SITE}/out/2",
    image=SlotImage(f"{SITE}/media/books.png", 320, 96, "Quiet Books: a shelf of manuals"),
)
TITLES = (
    "Before the exam: what to know about the insurer’s “timely filing” limit",
    "Concurrent review in three questions",
    "What the remittance advice says, line by line",
    "Discharge planning begins at admission",
)
SUMMARIES = (
    "How long a payer waits for a claim, when the clock starts, and what an appeal needs to succeed.",
    "Prospective, concurrent, retrospective: which review is it, and what changes for the patient?",
    "Group codes, reason codes and remark codes, and which of them you can still do something about.",
    "Why the first day decides the last one, and whom to call before anybody says “home”.",
)
# Everything that an author can write, and the widest of it: what a mail must survive.
ARTICLE = """\
A claim that comes **too late** is denied, however right it was. Read [the rule](https://www.ecfr.gov/current/title-42)
first: Medicare pays up to $50[^1] a visit, as of 2023[^1].

![A calendar: day 0 is the date of service, day 365 is the limit](chart.png "The year of a claim")

## The limits

| CPT code | Description of the service | Time | Typical payer rule | Medicare fee |
|---|---|--:|---|--:|
| 99213 | Office visit of an established patient, low complexity | 20 min | Prior-authorization-not-required | $92.05 |
| 99214 | Office visit of an established patient, moderate complexity | 30 min | Prior-authorization-not-required | $130.10 |

1. Find the *date of service*.
2. Count to the payer’s limit:

   - 90 days for many private payers
   - 12 months for Medicare

> **Note**: a clearinghouse’s report of acceptance is your proof.

### Looking it up

```python
def is_late(served, received, limit_days=365):
    return (received - served).days > limit_days
```

The segment `ISA*00*          *00*          *ZZ*SUBMITTERID` names the sender; the rest is at
https://www.example.org/a/very/long/address/that/does/not/break/because/it/has/no/spaces/at/all?with=parameters.

Timely filing
: How long a payer waits for a claim.

::: question which-review
Which review happens while the patient is in the hospital?

- [ ] Prospective

  That is before care starts.

- [x] Concurrent

  Right: it runs beside the stay.
:::

---

- [x] read
- [ ] tried

[^1]: The note with [a source](https://www.cms.gov/).
"""
# What an operator can write, too: as an author, without pictures.
WORDS = """\
The exam has **new questions** from January, and ==a new price==.

| CPT code | Description of the service | Time | Typical payer rule | Medicare fee |
|---|---|--:|---|--:|
| 99213 | Office visit of an established patient, low complexity | 20 min | Prior-authorization-not-required | $92.05 |

Read [what changes](https://carrel.test/articles/article-0/) first.
"""


def digests(settings: Settings) -> Iterator[tuple[str, Content]]:
    """Every shape by its name: its frequency, its audience; then what an operator wrote."""
    one, few = snapshots(settings, 1, whole=True), snapshots(settings, 4)
    for name, frequency, pieces, ad in (
        ("each-with_ads", Frequency.EACH, one, TEXT_AD),
        ("each-pass", Frequency.EACH, one, None),
        ("daily-with_ads", Frequency.DAILY, few[:1], PICTURE_AD),
        ("weekly-with_ads", Frequency.WEEKLY, few, PICTURE_AD),
        ("weekly-pass", Frequency.WEEKLY, few, None),
        ("monthly-many", Frequency.MONTHLY, snapshots(settings, 90), TEXT_AD),
    ):
        yield (
            f"newsletter-digest-{name}",
            compose_issue(settings, frequency, pieces, ad=ad, view_url=VIEW),
        )
    words = OperatorText(
        "New questions from January", for_feed(render(WORDS, RenderContext()).html, f"{SITE}/")
    )
    yield (
        "newsletter-digest-introduced",
        compose_issue(settings, Frequency.WEEKLY, few, ad=TEXT_AD, view_url=VIEW, text=words),
    )
    yield "newsletter-broadcast", compose_broadcast(settings, words, ad=TEXT_AD, view_url=VIEW)


def snapshots(settings: Settings, count: int, *, whole: bool = False) -> list[dict[str, Any]]:
    """Articles as an issue keeps them; `whole` has everything that a mail can hold."""
    html = article_html(settings) if whole else "<p>Nothing is <em>missing</em>.</p>"
    return [
        {
            "id": number,
            "url": f"{SITE}/articles/article-{number}/",
            "title": TITLES[number % 4] + (f" ({number // 4 + 1})" if number >= 4 else ""),
            "summary": SUMMARIES[number % 4],
            "minutes": 4 + number % 5,
            "exam": "CCM" if number % 2 else "CPB",
            "exam_slug": "ccm" if number % 2 else "cpb",
            "language": "en",
            "html": html,
            "ads": True,
        }
        for number in range(count)
    ]


def article_html(settings: Settings) -> str:
    """The article as it stands in a mail, its picture among the site's media."""
    rendered = render(ARTICLE, RenderContext(resolve_image=lambda path: picture(settings)))
    assert not rendered.problems
    return with_mail_pictures(settings, for_feed(rendered.html, f"{SITE}/articles/article-0/"))


def picture(settings: Settings) -> WebImage:
    """A chart that is wider than any mail."""
    chart, out = Image.new("RGB", (1600, 640), "#f3efe4"), io.BytesIO()
    draw = ImageDraw.Draw(chart)
    for month in range(12):
        draw.rectangle((60 + month * 125, 600 - month * 45, 150 + month * 125, 600), fill="#17594a")
    chart.save(out, "PNG")
    return processing.publish("chart.png", out.getvalue(), settings.home / "media", "/media/")
