"""Sending an issue: `send_step` picks it, `batch` leases its deliveries, `send_loop` runs the connections, `sender` sends
one mail after the other, `message_template` makes the bytes, `recorder` records what became of each."""
