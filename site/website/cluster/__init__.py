"""`carrel worker --cluster`: the worker's own steps, as Celery tasks over Redis, on any number of machines (ADR 35)."""
