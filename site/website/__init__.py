"""The Flask application, its workers and its commands."""
