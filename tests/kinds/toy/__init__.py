"""A kind of data that is no image: short sequences, and plain columns beside them."""
