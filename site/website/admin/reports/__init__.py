"""Reports: how ads did, and what they earn beside the pass."""
