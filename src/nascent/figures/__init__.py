"""The study's figures: each module draws one from plain data and knows no files."""
