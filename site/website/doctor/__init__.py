"""Is the site well? The same checks for the command, the operator's page and the hourly look; and numbers for Prometheus."""
