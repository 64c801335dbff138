"""Pages of the study's report beside its figures: cards and tables, as plain HTML."""
