"""Rows from one kind of database into the other: for `carrel move-database`, and for backups of the other kind."""
