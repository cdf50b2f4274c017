"""The operator's pages: a Flask app of its own, mounted at /admin, with its own cookie and policy."""
