"""What operators write to readers: the introduction of an issue, or a broadcast; and whom a broadcast goes to."""
