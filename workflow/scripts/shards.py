"""Write one shard: its examples, from the stores of all parts."""

from nascent.files import read_table
from nascent.jobs import job
from nascent.shards.plan import plan_shards, shard_name
from nascent.shards.write import write_shard

with job(snakemake) as work:
    params, wildcards = snakemake.params, snakemake.wildcards
    splits = read_table(snakemake.input.splits, required=["id", "part", "split"])
    plan = plan_shards(splits, params.cells, params.seed)
    shard = shard_name(wildcards.split, int(wildcards.number))
    write_shard(
        snakemake.input.stores,
        plan[plan["shard"] == shard],
        snakemake.output[0],
        split=wildcards.split,
        record=work.record,
    )
