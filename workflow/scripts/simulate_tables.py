"""Write the tables of a simulated plate."""

from pathlib import Path

import pandas as pd

from nascent import provenance
from nascent.logs import job_log
from nascent.simulate.tables import write_plate_tables

with job_log(snakemake.log[0]):
    params = snakemake.params
    wells = pd.DataFrame(params.wells)
    folder = Path(snakemake.output[0]).parent
    write_plate_tables(folder, wells, list(map(Path, snakemake.input.cycle)), params.channels)
    config = {"wells": params.wells, "channels": params.channels}
    for path in snakemake.output:
        provenance.write(path, provenance.record("simulate", config))
