"""The consent texts. Evidence names their version, so a changed text gets a new one."""

TEXTS = {
    "1": "Subscribe — get the latest from {site}. You can unsubscribe at any time. Read our privacy policy.",
}
CURRENT = "1"
BY_OPERATOR = "import"  # the words stood elsewhere: the operator's file says that and when they were accepted
