"""Everything of a study -> its report, one page."""

from pathlib import Path

from nascent.jobs import job
from nascent.report.study_page.build import write_page

# Beside the scripts, wherever Snakemake keeps the workflow.
CAPTIONS = Path(__file__).parents[1] / "report"

with job(snakemake):
    write_page(Path(snakemake.input.record).parent, CAPTIONS, snakemake.output.page)
