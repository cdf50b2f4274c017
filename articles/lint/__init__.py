"""What makes an item hard to trust: rules of item writing, in plain functions over items.

NBME's item-writing guide; Haladyna, Downing and Rodriguez 2002; Tarrant 2006; Rodriguez 2005 (three options); for
reasons, Roediger and Marsh 2005 and Butler and Roediger 2008.
"""

from articles.lint.bank import lint_bank
from articles.lint.items import lint_items

__all__ = ["lint_bank", "lint_items"]
