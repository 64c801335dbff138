"""Channel importance of a model -> figure of it by stratum of cells."""

import pandas as pd

from nascent.explain.duplicates.pairs import channel_groups_of
from nascent.explain.standing import read_standing
from nascent.explain.use.tables import use_of_model
from nascent.figures import importance
from nascent.figures.banner import headed
from nascent.figures.explained import explained, noted
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job

with job(snakemake) as work:
    given, params = snakemake.input, snakemake.params
    table, joint = (pd.concat(map(read_table, each)) for each in (given.importance, given.joint))
    groups, how = read_table(given.groups), dict(params.use)
    paths = dict(zip(how.pop("seeds"), given.get("use", []), strict=True))
    use = use_of_model(paths, groups, model=snakemake.wildcards.model, **how)
    figure = importance.draw(
        table[table["split"] == params.split],
        aggregate=params.aggregate,
        joint=joint[joint["split"] == params.split],
        groups=channel_groups_of(groups, params.inputs),
        use=use,
        task=params.task,
    )
    shown = explained(snakemake.wildcards.model, snakemake.wildcards.method, **params.told)
    noted(figure, shown, table[table["split"] == params.split])
    standing = read_standing(given.verdict, given.randomisation, **params.explained)
    save(headed(figure, standing), snakemake.output.png, work.record)
