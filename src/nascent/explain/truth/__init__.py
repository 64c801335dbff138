"""How much of a map lies where the target was planted."""
