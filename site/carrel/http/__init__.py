"""What every view stands on: services, guards, headers, kept pages, errors and assets."""
