"""Health checks for the command, the admin page and the hourly alarm; and metrics for Prometheus."""
