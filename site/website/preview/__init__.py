"""`carrel preview`: the site as it will be, on this machine only, for whoever is writing it."""
