"""Models of the target, and training them."""
