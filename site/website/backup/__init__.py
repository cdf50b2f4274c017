"""Backups: made online, fully verified, rotated, test-restored every night, and restored without making things worse."""
