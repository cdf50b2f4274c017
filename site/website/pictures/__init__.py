"""Which pictures the database names, which are missing, and which nothing names any more."""
