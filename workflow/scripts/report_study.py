"""Quality, splits and model cards -> the study card and its tables, as web pages."""

from nascent.files import read_json, read_table, written
from nascent.jobs import job
from nascent.report.card import study_card
from nascent.report.tables import table_page
from nascent.words import worded

REMOVED = "{Examples} removed, by {part} and reason."

with job(snakemake) as work:
    params, given = snakemake.params, snakemake.input
    runs = [tuple(run) for run in params.runs]
    quality, completeness = read_table(given.quality), read_table(given.completeness)
    splits = dict(zip(params.folds, map(read_table, given.splits), strict=True))
    cards = dict(zip(runs, map(read_json, given.cards), strict=True))
    pages = {
        "card": study_card(params.study, work.record, quality, splits, cards, label=params.label),
        "quality": table_page(quality, "Quality control", worded(REMOVED)),
        "completeness": table_page(
            completeness,
            "Completeness of the maps",
            "Share of the change in prediction that maps miss: median, 95th percentile.",
        ),
    }
    for name, text in pages.items():
        with written(snakemake.output[name]) as beside:
            beside.write_text(text, encoding="utf-8")
