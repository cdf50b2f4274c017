"""Images that somebody hands in: checked, made anew, served under the hash of their content."""
