"""Histories and cards of every run -> figure of the learning curves."""

from nascent import provenance
from nascent.cards import chosen
from nascent.figures import learning, save
from nascent.files import read_json, read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    params, given = snakemake.params, snakemake.input
    runs = [tuple(run) for run in params.runs]
    floors = read_table(given.floors)
    floors = floors[(floors["split"] == "val") & (floors["target"] == params.target)]
    histories = map(read_table, given.histories)
    cards = (chosen(read_json(card)) for card in given.cards)
    figure = learning.draw(
        dict(zip(runs, histories, strict=True)),
        dict(zip(runs, cards, strict=True)),
        label=params.label,
        floors=floors.set_index("model")["mae"].to_dict(),
    )
    save(figure, snakemake.output.png, provenance.record("figures", {"runs": runs}))
