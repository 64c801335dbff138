"""How much of a map lies in the cell (Grad-CAMO)."""
