"""Histories and cards of every run -> figure of the learning curves."""

from nascent.cards import chosen, examples_of
from nascent.figures import learning
from nascent.figures.save import save
from nascent.files import read_json, read_table
from nascent.jobs import job
from nascent.task import task_of

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    runs = [tuple(run) for run in params.runs]
    floors = read_table(given.floors)
    floors = floors[(floors["split"] == "val") & (floors["target"] == params.target)]
    histories = map(read_table, given.histories)
    cards = dict(zip(runs, map(read_json, given.cards), strict=True))
    figure = learning.draw(
        dict(zip(runs, histories, strict=True)),
        {run: chosen(card) for run, card in cards.items()},
        label=params.label,
        floors=floors.set_index("model")[task_of(params.task).learning].to_dict(),
        task=params.task,
        examples=examples_of(cards[runs[0]]) if runs else None,
        references=params.references,
        targets={model: len(card["targets"]) for (model, *_), card in cards.items()},
    )
    save(figure, snakemake.output.png, work.record)
