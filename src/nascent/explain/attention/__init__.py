"""How much of a map lies in the example (Grad-CAMO)."""
