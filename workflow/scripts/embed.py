"""A trained network and shards -> the vectors of the examples that did not train it."""

from nascent.embed.table import write_embeddings
from nascent.embed.vectors import embed, embedding_layer
from nascent.jobs import check
from nascent.network_jobs import network_job
from nascent.reader import read_reader
from nascent.shards.plan import all_shards, shards_of
from nascent.train.models import load_model

with network_job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    check(all_shards(given.shards))
    layer = embedding_layer(load_model(given.model), params.layer)
    vectors = embed(
        layer,
        {split: shards_of(given.shards, split) for split in ("val", "test")},
        read_reader(given.reader),
        batch_size=params.batch_size,
    )
    work.note(layer=layer.name)
    write_embeddings(vectors, snakemake.output[0], record=work.record)
