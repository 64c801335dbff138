"""The config of a study: one typed model, from which schema, key list and example are generated."""
