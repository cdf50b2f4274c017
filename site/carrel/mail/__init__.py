"""Mail: composing, queueing and sending, with suppression and alarms."""
