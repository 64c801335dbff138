"""What the jobs of a study cost, as measured, and what those to come will cost."""
