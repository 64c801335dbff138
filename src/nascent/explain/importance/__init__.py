"""Channel importance: which share of the attribution falls on each channel."""
