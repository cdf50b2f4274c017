"""`carrel stripe setup` and `carrel stripe check`: is everything at Stripe as the site needs it?"""
