"""Attribution maps of one model and method -> importance of its channels."""

from nascent.explain.importance.shares import Resampling
from nascent.explain.importance.stage import MapSet, ShareTables, explain_maps
from nascent.explain.reading.strata import StratumRule
from nascent.jobs import job

with job(snakemake):
    given, out, params = snakemake.input, snakemake.output, snakemake.params
    of = snakemake.wildcards
    explain_maps(
        MapSet(given.maps, given.cells, given.splits, given.null, given.groups),
        ShareTables(out.importance, out.cells, out.joint),
        labels=(of.model, int(of.seed), of.method),
        aggregate=params.aggregate,
        rule=StratumRule(**params.strata),
        resampling=Resampling(params.confidence, params.bootstrap, params.seed),
    )
