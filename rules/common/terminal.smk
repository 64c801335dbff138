# What a run says on the terminal: how long it still takes, where its report is, which jobs failed.
import logging
import shlex
import time

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

from nascent.costs.progress import Progress
from nascent.costs.schedule import Room, Task
from nascent.failures import Failure, failures_in_words
from nascent.logs import clock

SECONDS_BETWEEN_LINES = 30


def room_of_run():
    """What jobs run on: cores of this machine, or so many jobs on a cluster."""
    asked = workflow.resource_settings
    return Room(asked.cores, asked.nodes)


def size_of_study(unsplit=()):
    """How large the study is; of folds that are not split yet, or `unsplit`, what is expected."""
    from nascent.costs.facts import Facts, counted_cells, expected_cells

    raw = RAW.counts(STUDY, PARTS)
    tables = {fold: Path(made(f"splits/{fold}/splits.tsv")) for fold in FOLDS}
    cells = {
        fold: (
            counted_cells(table)
            if table.is_file() and fold not in unsplit
            else expected_cells(STUDY, FOLDS[fold], raw)
        )
        for fold, table in tables.items()
    }
    return Facts(STUDY, tuple(FEATURES), raw, cells)


def jobs_in_plain_data(jobs):
    """What jobs are, for which they wait by their places in the list, and what they ask for."""
    dag = workflow.dag
    place = {job: number for number, job in enumerate(jobs)}
    return [
        {
            "rule": job.rule.name,
            "wildcards": {
                name: str(value) for name, value in job.wildcards_dict.items()
            },
            "to_run": bool(dag.needrun(job)),
            "needs": sorted(
                place[need] for need in dag.dependencies[job] if need in place
            ),
            "threads": job.threads,
            # Memory that follows from files which are not there yet is told only when they are.
            **{
                name: whole_number(job.resources.get(name))
                for name in ("mem_mb", "gpu")
            },
        }
        for job in jobs
    ]


def whole_number(value):
    """A resource, where it is a number already."""
    return value if isinstance(value, int) else None


def expected_of(jobs):
    """What jobs, by their ids, are estimated to take, and the ids of those that nobody timed."""
    from nascent.costs.estimate import PlannedJob
    from nascent.costs.plan import Plan, planned_costs, results_of

    ids, logs = list(jobs), Path(logged(""))
    plan = Plan(
        [PlannedJob(**told) for told in jobs_in_plain_data(list(jobs.values()))],
        size_of_study(),
        [],
        logs,
        results_of(logs),
        benchmarks_of_rules(),
        room_of_run(),
    )
    seconds = planned_costs(plan, [])[0]["seconds"]
    tasks = {
        id: Task(
            float(seconds.fillna(0).iloc[place]),
            job.threads,
            frozenset(ids[need] for need in job.needs),
        )
        for place, (id, job) in enumerate(zip(ids, plan.jobs))
    }
    return tasks, frozenset(id for id, missing in zip(ids, seconds.isna()) if missing)


class RunLog(logging.Handler):
    """Follows a run by what Snakemake logs of it, and says now and then how far it is."""

    def __init__(self):
        super().__init__()
        self.began = self.said = time.monotonic()
        self.progress = Progress(room_of_run())
        self.jobs, self.failures = {}, {}

    def emit(self, record):
        # A line that cannot be written is no reason to end a run.
        try:
            self.follow(record, time.monotonic())
        except Exception:
            self.handleError(record)

    def follow(self, record, now):
        """Take one event of the run."""
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_INFO:
            self.jobs[record.jobid] = record.rule_msg or record.rule_name
        elif event == LogEvent.JOB_STARTED:
            for job in record.jobs:
                self.progress.start(job, now)
        elif event == LogEvent.JOB_FINISHED:
            self.progress.end(record.job_id, now)
            # It had failed, and was tried again.
            self.failures.pop(record.job_id, None)
        elif event == LogEvent.JOB_ERROR:
            self.fail(record.jobid, record.rule_name, record.log)
        elif event == LogEvent.GROUP_ERROR:
            for job in record.job_error_info:
                self.fail(
                    job["jobid"], job["rule_name"], [*job["log"], *record.aux_logs]
                )
        elif event == LogEvent.PROGRESS and record.done < record.total:
            if now - self.said >= SECONDS_BETWEEN_LINES:
                self.said = now
                logger.info(self.line(now))

    def fail(self, job, rule, logs):
        """Keep what has to be said of a job that failed."""
        what = self.jobs.get(job, rule)
        self.failures[job] = Failure(what, tuple(dict.fromkeys(map(str, logs))))

    def line(self, now):
        """How far the run is; jobs that follow from the split of the examples come in after it."""
        dag = workflow.dag
        jobs = {
            dag.jobid(job): job
            for job in dag.needrun_jobs(exclude_finished=False)
            if job.rule.benchmark
        }
        if len(jobs) > self.progress.known:
            self.progress.expect(*expected_of(jobs))
        ahead = [job for job in dag.checkpoint_jobs if dag.needrun(job)]
        split = all(map(dag.finished, ahead))
        later = f" Shards and maps come on top once the {SPOKEN.examples} are split."
        return self.progress.line(now) + ("" if split else later)


def lines_of_success(log):
    """Where the report is, or what else was asked for."""
    page_of_study = made("report.html")
    took = clock(time.monotonic() - log.began)
    if any(page_of_study in job.output for job in workflow.dag.jobs):
        return [f"Finished in {took}. The report: {page_of_study}"]
    return [f"Finished in {took}. Results: {made('')}"]


def lines_of_failure(log):
    """The jobs that failed, and how to go on."""
    unfinished = len(list(workflow.dag.needrun_jobs())) - len(log.failures)
    command = shlex.join(["snakemake", *sys.argv[1:]])
    return failures_in_words(list(log.failures.values()), max(unfinished, 0), command)


RUN_LOG = RunLog()


onstart:
    logger.addHandler(RUN_LOG)


onsuccess:
    logger.removeHandler(RUN_LOG)
    for line in lines_of_success(RUN_LOG):
        logger.info(line)


onerror:
    logger.removeHandler(RUN_LOG)
    for line in lines_of_failure(RUN_LOG):
        logger.error(line)
