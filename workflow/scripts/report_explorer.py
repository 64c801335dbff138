"""Maps, shards and channel scores -> the explorer, and the excerpt of it that the report holds."""

from nascent.files import read_table
from nascent.jobs import job
from nascent.report.explorer.stage import Explanation, Limits, in_report, write_explorer

with job(snakemake) as work:
    given, made, params = snakemake.input, snakemake.output, snakemake.params
    each = len(given.shards)
    explanations = [
        Explanation(scores, given.maps[each * number : each * (number + 1)])
        for number, scores in enumerate(given.scores)
    ]
    standings = read_table(given.standing[0]) if given.standing else None
    limits = Limits(**params.explorer, seed=params.seed)
    for path, of_page, note in (
        (made.page, limits, ""),
        (made.excerpt, *in_report(limits)),
    ):
        write_explorer(
            explanations,
            given.shards,
            path,
            study=params.study,
            labels=params.labels,
            limits=of_page,
            factors=params.factors,
            batches=params.batches,
            standings=standings,
            note=note,
            record=work.record,
        )
