"""Channel importance of a model -> figure of it by transcription group."""

import pandas as pd

from nascent import provenance
from nascent.figures import importance, save
from nascent.files import read_table
from nascent.logs import job_log

with job_log(snakemake.log[0]):
    split = snakemake.params.split
    table = pd.concat(map(read_table, snakemake.input.importance))
    figure = importance.draw(table[table["split"] == split])
    save(figure, snakemake.output.png, provenance.record("figures", {"split": split}))
