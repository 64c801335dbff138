"""The explorer: one page, which needs nothing else, in which single cells are looked at."""
