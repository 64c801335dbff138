"""The toy study: a slow job on the GPU partition, then a table of it; and the traces it leaves."""

from pathlib import Path

HERE = Path(__file__).parent
SLOW = str(HERE / "slow.py")


def toy(seconds: float, megabytes: int = 0) -> tuple[str, ...]:
    """Return the arguments that run the toy, whose slow job takes so long and so much."""
    told = (f"slow={SLOW}", f"seconds={seconds}", f"megabytes={megabytes}")
    return ("--snakefile", str(HERE / "toy.smk"), "--config", *told)


def traces(folder: Path) -> list[Path]:
    """Return a file for each run of the slow job."""
    return list(folder.glob("traces/*"))


def lives(folder: Path) -> list[tuple[float, float]]:
    """Return when each run of the slow job began and was last seen, in their order."""
    times = [[float(line) for line in trace.read_text().split()] for trace in traces(folder)]
    return sorted((run[0], run[-1]) for run in times if run)
