"""How inputs of examples become inputs of models: one file a type of input, found by its name."""
