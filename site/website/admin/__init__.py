"""What the operator sees: a second Flask app, mounted at /admin, with its own cookie."""
