"""What `carrel check` says about an item that breaks the rules of its kind."""

MESSAGES = {
    "container-open": ("A container is never closed.", "End it with a line of its own: `:::`."),
    "container-unknown": (
        "There is no container with this name.",
        "Use `::: question` for a practice question, `> [!NOTE]` for a note.",
    ),
    "item-nested": ("An item is inside another one.", "Only a `:::: case` can hold items, but no other case."),
    "item-too-many": ("An item has more than 40 options or steps.", "Split it into several items."),
    "item-hint-twice": ("An item has two hints.", "Keep one `> [!TIP]`."),
    "question-prompt": ("A question has no text.", "Write the question above the options."),
    "question-options": ("A question has no options.", "Write each as `- [ ] words` or `- [x] words`."),
    "question-after": ("Something follows the options of a question.", "Put it below the closing `:::`."),
    "question-few-options": ("A question has one option.", "Give it at least two."),
    "question-no-answer": ("No option of a question is right.", "Mark the right one with `[x]`."),
    "question-no-wrong": ("Every option of a question is right.", "Leave `[ ]` before the wrong ones."),
    "question-no-box": ("An option has no box.", "Begin it with `- [ ]`, the right one with `- [x]`."),
    "question-empty-option": ("An option has no words.", "Write the option after its box."),
    "question-fence": (
        "A block of code begins on the line of a box, where it is none.",
        "Write the option in single backquotes, or put the code into the question.",
    ),
    "question-no-reason": (
        "An option has no reason.",
        "Say why it is right or wrong in a paragraph of its own below it, indented by two spaces.",
    ),
    "item-source-line": (
        "`Source:` is part of the reason above it.",
        "Put a blank line above it, and begin it at the left margin.",
    ),
    "item-no-reason": ("No reason is given for this order.", "Give it in a paragraph below the list."),
    "item-steps": ("An order has no numbered list of three steps or more.", "Write the steps as `1. words`, in the right order."),
    "item-mark": ("A cloze needs exactly one marked gap.", "Mark one answer: `==TEFRA==`."),
    "item-sides": (
        "A card has no back, or no front.",
        "Write the front, a blank line, `---`, a blank line, the back.",
    ),
    "item-heading-line": (
        "`---` directly below text turns it into a heading.",
        "Put a blank line above `---`.",
    ),
    "item-definition": (
        "A term needs one term and one definition.",
        "Write the term, and below it `: Definition`.",
    ),
    "item-term-list": (
        "The definition begins with a number and a period, which turns it into a list.",
        "Begin it with another word.",
    ),
    "item-case": (
        "A case must be a text followed only by items.",
        "Write the text first, then at least one item; what follows goes below the closing `::::`.",
    ),
}  # fmt: skip
