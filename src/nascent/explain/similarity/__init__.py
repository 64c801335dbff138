"""Which images the maps look like."""
