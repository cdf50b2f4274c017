"""What a table holds, in two numbers that do not depend on the order of its rows."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from website.database_copy.columns import Row

DIGEST_BYTES = 16
MODULUS = 1 << (8 * DIGEST_BYTES)


@dataclass
class TableDigest:
    """The rows of a table: how many, and the sum of their hashes (BLAKE2b, 128 bits)."""

    rows: int = 0
    total: int = 0

    def watch(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass the rows on, and count them in."""
        rows_so_far, total = 0, 0
        for row in rows:
            digest = hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES)
            rows_so_far += 1
            total += int.from_bytes(digest.digest())
            yield row
        self.rows, self.total = rows_so_far, total % MODULUS
