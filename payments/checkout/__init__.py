"""The way to Checkout and back: the order, the session, the page after it."""
