"""Stripe: the API client, the schemas of its objects and events, webhook signatures."""
