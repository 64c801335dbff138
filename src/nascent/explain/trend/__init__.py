"""How a channel's share changes with the target."""
