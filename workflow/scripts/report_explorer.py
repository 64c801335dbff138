"""Maps, shards and channel scores -> the explorer, and the excerpt of it that the report holds."""

from nascent import provenance
from nascent.logs import job_log
from nascent.report.explorer.stage import Explanation, Limits, in_report, write_explorer

with job_log(snakemake.log[0]):
    given, made, params = snakemake.input, snakemake.output, snakemake.params
    each = len(given.shards)
    explanations = [
        Explanation(scores, given.maps[each * number : each * (number + 1)])
        for number, scores in enumerate(given.scores)
    ]
    limits = Limits(**params.explorer, seed=params.seed)
    record = provenance.record("report", params.explorer, seed=params.seed)
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
            note=note,
            record=record,
        )
        provenance.write(path, record)
