"""Write the tables of a simulated plate."""

from pathlib import Path

import pandas as pd

from nascent.jobs import job
from nascent.kinds.cells.simulate.tables import write_plate_tables

with job(snakemake):
    params = snakemake.params
    wells = pd.DataFrame(params.wells)
    folder = Path(snakemake.output[0]).parent
    write_plate_tables(folder, wells, list(map(Path, snakemake.input.cycle)), params.channels)
