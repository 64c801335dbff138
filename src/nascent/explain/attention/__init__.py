"""How much of a map lies in the nucleus (Grad-CAMO)."""
