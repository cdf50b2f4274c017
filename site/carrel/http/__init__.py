"""What every view needs: services, guards, headers, cookies, cached responses, errors and assets."""
