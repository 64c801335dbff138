"""Models retrained without what a map ranks first."""
