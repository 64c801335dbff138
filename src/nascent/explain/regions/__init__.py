"""How much of a map falls on named regions."""
