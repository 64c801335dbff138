"""From crops and splits to what a model reads: statistics, shards, normalised batches."""
