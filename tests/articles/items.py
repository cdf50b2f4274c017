"""An item of each kind, as authors write them; nothing is wrong with any."""

QUESTION = """\
::: question panel level=apply
Thirteen of fourteen tests were run. What is billed?

- [ ] The panel

  Thirteen is no panel.

- [x] Each *test*

  Right. Report what was performed.

- [ ] Nothing

  Work that was done is billable.

Source: [a rule](https://example.org/rule)
:::
"""
ANSWER = """\
::: answer letters
Which plan did TEFRA open beside the HMO?

- [x] Competitive Medical Plan

  It is the status of section 1876.

- [ ] Capitated medical payment

  That is how the plans were paid.
:::
"""
ORDER = """\
::: order claim-life
Put the life of a claim in order.

1. Registration
2. Charge entry
3. *Submission*

Nothing is charged before somebody is known.
:::
"""
CLOZE = """\
::: cloze act
The plan was opened by ==TEFRA== in 1982.

> [!TIP]
> An act of taxes.

---

The Tax Equity and Fiscal Responsibility Act.
:::
"""
CARD = """\
::: card percent
What share of the adjusted average per capita cost was paid?

---

95 percent.

Source: Section 1876
:::
"""
TERM = """\
::: term cmp
Competitive Medical Plan
: A status beside the federally qualified HMO.
:::
"""
CASE = """\
:::: case third-morning
Dana finds a lab order marked *CMP, fasting*.

::: question fasting
Which department sent it?

- [ ] Compliance

  It writes letters.

- [x] Laboratory

  Right. Blood is drawn fasting.

- [ ] Enrollment

  Nobody fasts for a plan.
:::

::: card fasting-hours
How long does one fast?

---

As the order says.
:::
::::
"""
BY_KIND = {
    "question": QUESTION, "answer": ANSWER, "order": ORDER, "cloze": CLOZE, "card": CARD, "term": TERM, "case": CASE,
}  # fmt: skip
ALL = "\n".join(BY_KIND.values())
