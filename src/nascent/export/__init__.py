"""Results of a study in the formats of other programs; `nascent export` writes them."""
