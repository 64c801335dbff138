"""Histories and cards of every model and seed -> figure of the learning curves."""

from nascent import provenance
from nascent.figures import learning, save
from nascent.files import read_json, read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    runs = [tuple(run) for run in snakemake.params.runs]
    floors = read_table(snakemake.input.floors).query("split == 'val'").set_index("model")["mae"]
    histories = map(read_table, snakemake.input.histories)
    chosen = (read_json(card)["best"]["epoch"] for card in snakemake.input.cards)
    figure = learning.draw(
        dict(zip(runs, histories, strict=True)),
        dict(zip(runs, chosen, strict=True)),
        target=snakemake.params.target,
        floors=floors.to_dict(),
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"runs": runs}))
