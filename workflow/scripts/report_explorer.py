"""Maps, shards and channel scores -> the explorer, and the excerpt of it that the report holds."""

import pandas as pd

from nascent.explain.truth.planted import read_planted
from nascent.files import read_table
from nascent.jobs import job
from nascent.report.explorer.stage import About, Explanation, Limits, in_report, write_explorer

with job(snakemake) as work:
    given, made, params = snakemake.input, snakemake.output, snakemake.params
    each = len(given.shards)
    explanations = [
        Explanation(scores, given.maps[each * number : each * (number + 1)])
        for number, scores in enumerate(given.scores)
    ]
    standings = read_table(given.standing[0]) if given.standing else None
    verdicts = [read_table(path) for path in given.verdicts]
    planted = None
    if given.truth:
        planted = read_planted(params.kind, given.truth, params.parts, given.shards)
    limits = Limits(**params.explorer, seed=params.seed)
    for path, of_page, note in (
        (made.page, limits, ""),
        (made.excerpt, *in_report(limits)),
    ):
        write_explorer(
            explanations,
            given.shards,
            path,
            About(**params.about),
            limits=of_page,
            standings=standings,
            verdicts=pd.concat(verdicts, ignore_index=True) if verdicts else None,
            planted=planted,
            note=note,
            record=work.record,
        )
