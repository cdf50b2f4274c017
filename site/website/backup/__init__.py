"""Backups: made online, checked wholly, rotated, rehearsed every night, and restored without making things worse."""
