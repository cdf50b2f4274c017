"""The newsletter: subscriptions, feeds, digests, delivery."""
