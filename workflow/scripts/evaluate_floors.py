"""Cell table and splits -> predictions and metrics of the floors."""

from nascent import kinds, provenance
from nascent.evaluate.floors import predict_floors
from nascent.evaluate.metrics import metrics_table
from nascent.files import read_table, write_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params = snakemake.params
    kind = kinds.get(params.kind)
    predictions = predict_floors(
        read_table(snakemake.input.cells, required=["cell_id"]).set_index("cell_id"),
        read_table(snakemake.input.splits, required=["split"]).set_index("cell_id")["split"],
        channels=params.inputs,
        ridge_alphas=params.ridge_alphas,
        floors=kind.floors,
        target=kind.target,
        category=kind.category,
    )
    config = {"inputs": params.inputs, "ridge_alphas": params.ridge_alphas}
    record = provenance.record("evaluate", config)
    write_table(predictions, snakemake.output.predictions)
    write_table(metrics_table(predictions), snakemake.output.metrics)
    for path in snakemake.output:
        provenance.write(path, record)
