"""Reading what authors wrote, strictly: every mistake has its file, line, code, and the way to mend it."""
