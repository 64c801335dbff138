# Shards by name, and the parts of each: known once the examples are split.
from functools import cache

from nascent.files import read_table
from nascent.shards.plan import parts_of_shards, plan_shards, shard_name, shard_names
from nascent.splits.fractions import SPLITS


def shards_of(split, fold):
    """Names of a split's shards; known once the cells are split."""
    return names_of_shards(*splits_of(fold))[split]


def splits_of(fold):
    """The table of splits and its time. Thousands of jobs ask: it is read once a state."""
    copied = checkpoints.splits.get(fold=fold).output.splits
    # From a storage: the copy may be on the node that made it, and is gone there.
    table = Path(staging.origin_of(copied) or copied)
    return table, table.stat().st_mtime_ns


@cache
def names_of_shards(table, mtime_ns):
    """Names of the shards of each split."""
    splits = read_table(table)
    return {split: shard_names(splits, split, STUDY.shards.cells) for split in SPLITS}


@cache
def names_of_parts(table, mtime_ns):
    """Shard → names of the parts that its examples are from: it need not look at all raw data."""
    return parts_of_shards(
        plan_shards(read_table(table), STUDY.shards.cells, STUDY.seed)
    )


def stores_of_shard(wildcards):
    """The stores of the parts that a shard takes examples from."""
    shard = shard_name(wildcards.split, int(wildcards.number))
    parts = parts_of_shard(shard, wildcards.fold)
    return [store_of(part) for part in parts]


def parts_of_shard(shard, fold):
    """The parts of a shard's examples; known once these are split."""
    return names_of_parts(*splits_of(fold))[shard]


def shards_from_storage(wildcards):
    """The shards that a manifest lists, where a storage has to bring them; else they are there."""
    if workflow.storage_settings.default_storage_provider is None:
        return []
    fold = wildcards.get("fold", EXPLAINED_FOLD)
    # The manifest has their digests: that they are newer than what stands on it means nothing.
    return [
        ancient(made(f"shards/{fold}/{name}.h5"))
        for split in SPLITS
        for name in shards_of(split, fold)
    ]
