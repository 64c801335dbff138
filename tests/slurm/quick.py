"""Run Snakemake and let it ask for the state of its Slurm jobs every second.

    python quick.py --profile profiles/slurm …

The plugin asks every 30 s and more; nothing in its options makes it ask a test's jobs sooner.
"""

import asyncio
import sys

from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor


async def a_second(executor: RemoteExecutor) -> None:
    """Wait between two questions."""
    await asyncio.sleep(1)


RemoteExecutor.sleep = a_second
main(sys.argv[1:])
