"""The command line: simulate a plate, look into a file, plan a study, tell what made a result."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from nascent.errors import ConfigError, NascentError

ROWS, COLUMNS = 16, 24
"""Of a 384-well plate."""

app = typer.Typer(
    help="From raw wells to the pixels and proteins that explain transcription.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command()
def simulate(
    out: Annotated[Path, typer.Argument(help="Folder for the plate.")],
    nuclei: Annotated[int, typer.Option(help="Nuclei a well.")] = 200,
    wells: Annotated[int, typer.Option(help="Number of wells, at most 384.")] = 4,
    layout: Annotated[str, typer.Option(help="text, numpy or campa.")] = "text",
    truth: Annotated[
        str, typer.Option(help="What sets the rate: structure, intensity or both.")
    ] = "structure",
    seed: Annotated[int, typer.Option(help="Seed of everything drawn.")] = 123,
    mean_area: Annotated[
        float, typer.Option(help="Mean area of a nucleus, pixels; 1080 suits crops of 64.")
    ] = 13209.0,
    channels: Annotated[
        str | None, typer.Option(help="Names, separated by commas; all 38 if not given.")
    ] = None,
    perturbations: Annotated[
        str, typer.Option(help="Compounds, separated by commas, given to the wells in turn.")
    ] = "normal",
    well_effect: Annotated[
        float, typer.Option(help="Shift of the target between wells, SDs of the target.")
    ] = 0.0,
    noise: Annotated[
        float, typer.Option(help="Share of the target's variance that nothing shows, 0 to 1.")
    ] = 0.1,
    plate: Annotated[str, typer.Option(help="Name of the plate.")] = "plate01",
    jobs: Annotated[int, typer.Option(help="Wells made at once.")] = 1,
) -> None:
    """Simulate a plate of nuclei whose transcription rate is planted, as raw wells with tables."""
    with_message(
        _simulate_plate,
        out,
        plate=plate,
        wells=wells,
        compounds=_names(perturbations),
        jobs=jobs,
        nuclei=nuclei,
        layout=layout,
        truth=truth,
        seed=seed,
        mean_area=mean_area,
        channels=_names(channels) if channels is not None else None,
        well_effect=well_effect,
        noise=noise,
    )


@app.command()
def inspect(
    path: Annotated[
        Path,
        typer.Argument(help="A raw well, store, shard, map or truth file, or a model's folder."),
    ],
) -> None:
    """Print what a raw well, store, shard, map or truth file holds, or what a model reads."""
    from nascent.contents import describe

    for line in with_message(describe, path):
        typer.echo(line)


@app.command()
def migrate(
    paths: Annotated[list[Path], typer.Argument(help="Stores or shards, .h5 files.")],
) -> None:
    """Rewrite stores of version 1 as version 2; values and tables stay as they are."""
    from nascent.store_migration import migrate

    for path in paths:
        done = with_message(migrate, path)
        typer.echo(f"{path}: {'rewritten as version 2' if done else 'already has version 2'}")


@app.command()
def provenance(
    path: Annotated[Path, typer.Argument(help="A result: table, store, map, model, figure, page.")],
    whole: Annotated[
        bool,
        typer.Option("--all", help="Go on with its inputs, to the raw wells."),
    ] = False,
) -> None:
    """Print what made a result: config, code, versions, seed, device, and the files it read."""
    from nascent.lineage import lineage

    for line in with_message(lineage, path, whole=whole):
        typer.echo(line)


@app.command()
def plan(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Targets, as Snakemake takes them; none: everything.")
    ] = None,
    configfile: Annotated[
        list[Path] | None, typer.Option(help="Of the study; may be given several times.")
    ] = None,
    past: Annotated[
        list[Path] | None,
        typer.Option(
            help="Logs of a study that has run, logs/<study>; may be given several times."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(help="Profile of Snakemake; may be given several times.")
    ] = None,
    cores: Annotated[
        int, typer.Option(help="Cores that a job may have at most; threads are cut to it.")
    ] = 1024,
) -> None:
    """Say what a study still has to run, and what that will take, from what jobs took before."""
    options = [*(targets or []), "--cores", str(cores)]
    options += [word for name in profile or [] for word in ("--profile", name)]
    if configfile:
        options += ["--configfile", *map(str, configfile)]
    for line in with_message(_plan_in_words, options, past or []):
        typer.echo(line)


def with_message(function, *arguments, **options):
    """Call `function`; an error a user can mend ends the program with its message alone."""
    try:
        return function(*arguments, **options)
    except NascentError as error:
        typer.echo(f"nascent: {error}", err=True)
        raise typer.Exit(1) from error


def well_names(n: int) -> list[str]:
    """Return the names of the first n wells of a 384-well plate: A01, A02, … P24.

    Raises
    ------
    ConfigError
        Where the plate has no such number.
    """
    if not 1 <= n <= ROWS * COLUMNS:
        raise ConfigError(
            f"a plate cannot have {n} wells", where="--wells", mend=f"1 to {ROWS * COLUMNS}."
        )
    return [f"{chr(ord('A') + i // COLUMNS)}{i % COLUMNS + 1:02d}" for i in range(n)]


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _plan_in_words(options: list[str], past: list[Path]) -> list[str]:
    from nascent.costs.plan import by_stage, planned_costs
    from nascent.costs.words import plan_in_words

    plan = _ask_snakemake(options)
    estimates, room = planned_costs(plan, past)
    return list(plan_in_words(plan, by_stage(estimates, room, plan.facts.study.kind), room, past))


def _ask_snakemake(options: list[str]):
    from nascent.costs.plan import read_plan

    script = Path("workflow", "plan.py")
    if not script.is_file():
        raise ConfigError("here is no workflow", where=Path.cwd(), mend="Run it in the clone.")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "plan.json")
        command = [sys.executable, script, told, "-n", *options]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or not told.is_file():
            said = (done.stdout + done.stderr).strip()
            raise ConfigError("Snakemake cannot plan this", where=" ".join(options), mend=said)
        return read_plan(told)


def _simulate_plate(
    out: Path, *, plate: str, wells: int, compounds: list[str], jobs: int, **options: object
) -> None:
    import pandas as pd

    from nascent.kinds.cells.simulate.plate import simulate_plate
    from nascent.provenance import record

    names = well_names(wells)
    if not compounds:
        raise ConfigError("no compound is named", where="--perturbations", mend="Try normal.")
    if jobs < 1:
        raise ConfigError(f"{jobs} jobs make nothing", where="--jobs", mend="Give at least 1.")
    table = pd.DataFrame(
        {
            "plate": plate,
            "well": names,
            "perturbation": [compounds[i % len(compounds)] for i in range(wells)],
        }
    )
    made_of = record("simulate", options, seed=options["seed"])
    simulate_plate(out, table, jobs=jobs, record=made_of, **options)
    typer.echo(f"{wells} wells of {options['nuclei']} nuclei in {out}")


if __name__ == "__main__":
    app()
