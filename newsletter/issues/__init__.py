"""Issues of the digest: when one is due, what is new for whom, who gets it, and its state."""
