"""The first page: today at a glance, and whatever is wrong."""
