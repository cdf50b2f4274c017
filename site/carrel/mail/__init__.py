"""Mail: composing, queueing and sending are three places; suppression and alarms stand beside them."""
