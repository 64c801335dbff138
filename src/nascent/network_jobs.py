"""Jobs that compute with a network: they load its framework, as no other job does."""

from collections.abc import Iterator
from contextlib import contextmanager

from nascent.jobs import Described, Job, job
from nascent.train import backend


@contextmanager
def network_job(described: Described, *, stage: str | None = None) -> Iterator[Job]:
    """Do the work of a job that computes with a network inside of this context.

    As `nascent.jobs.job`, with the backend set up before the work: its threads, devices, seed and
    whether it repeats itself exactly.

    Parameters
    ----------
    described
        The job. Its seed is that of `params`, or the wildcard `seed` where there is none;
        `params["deterministic"]` says whether the same seed shall give the same numbers.
    stage
        Its name in the records; that of the rule's stage where not given.

    Raises
    ------
    SystemExit
        As `nascent.jobs.job`, and where the backend cannot use a GPU that it must have.
    """
    seed = described.params.get("seed")
    seed = int(described.wildcards["seed"] if seed is None else seed)
    with job(described, stage=stage, seed=seed) as work:
        deterministic = described.params["deterministic"]
        # Parts of one job share the backend, and each finds it as a job of its own would.
        shared = getattr(described, "shared", {})
        if "computed" in shared:
            backend.forget(seed, exact=deterministic)
        else:
            shared["computed"] = backend.prepare(
                work.devices,
                threads=described.threads,
                seed=seed,
                deterministic=deterministic,
            )
        work.computed = shared["computed"]
        yield work
