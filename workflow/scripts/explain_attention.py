"""Maps of one model and method -> how much of them lies in the nucleus."""

from nascent import provenance
from nascent.explain.attention_stage import check_attention
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given, made = snakemake.params, snakemake.input, snakemake.output
    check_attention(
        given.maps,
        given.splits,
        out=made.table,
        cells_out=made.cells,
        **params.attention,
        confidence=params.confidence,
        draws=params.draws,
        seed=params.seed,
    )
    config = {
        "attention": params.attention,
        "confidence": params.confidence,
        "bootstrap": params.draws,
    }
    record = provenance.record("explain", config, seed=params.seed)
    for path in made:
        provenance.write(path, record)
