"""The command line: simulate a plate, look into a file, plan a study, tell what made a result."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from nascent.errors import ConfigError, NascentError
from nascent.kind import has_module, known_kinds, module_of

app = typer.Typer(
    help="From raw data to what a trained model uses of them, and how far that can be trusted.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"nascent {version('nascent')}")
        raise typer.Exit


@app.callback()
def _options(
    asked: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of the command itself."""


@app.command()
def inspect(
    path: Annotated[
        Path,
        typer.Argument(help="Raw data, a store, shard, map or truth file, or a model's folder."),
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
        typer.Option("--all", help="Go on with its inputs, to the raw data."),
    ] = False,
) -> None:
    """Print what made a result: config, code, versions, seed, device, and the files it read."""
    from nascent.lineage import lineage

    for line in with_message(lineage, path, whole=whole):
        typer.echo(line)


@app.command()
def crate(
    study: Annotated[Path, typer.Argument(help="Folder of a study's results, results/<study>.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder, or a file that ends in .zip; <study>.crate.zip if not given."),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            help="Licence, such as CC-BY-4.0; publish.licence of the config if not given."
        ),
    ] = None,
    published: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            formats=["%Y-%m-%d"],
            help="Day of publication; publish.date, or the day of the latest result, if not given.",
        ),
    ] = None,
) -> None:
    """Pack a study for an archive as an RO-Crate: config, tables, figures, report, workflow."""
    from nascent.crate.build import UNSTATED, write_crate

    place = out or Path(f"{study.resolve().name}.crate.zip")
    day = published.date() if published else None
    made = with_message(write_crate, study, place, licence=licence, published=day)
    typer.echo(f"{made.path}: {made.files} files, {made.licence or UNSTATED}")


@app.command()
def plan(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Targets, as Snakemake takes them; none: everything.")
    ] = None,
    configfile: Annotated[
        list[Path] | None,
        typer.Option(
            help="Config of the study; may be given several times.",
            exists=True,
            dir_okay=False,
        ),
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
        int | None,
        typer.Option(
            help="Cores of the run; those of the profile or of this machine if not given."
        ),
    ] = None,
) -> None:
    """Estimate the jobs that a study still has to run: time, memory and disk."""
    options = list(targets or [])
    options += [word for name in profile or [] for word in ("--profile", name)]
    if cores or not profile:
        options += ["--cores", str(cores or "all")]
    if configfile:
        options += ["--configfile", *map(str, configfile)]
    for line in with_message(_plan_in_words, options, past or []):
        typer.echo(line)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Results of a study, such as results/demo.")],
) -> None:
    """Write the report of a study, report.html, from whatever of its results is there."""
    from nascent.report.study_page.build import write_page
    from nascent.report.study_page.captions import captions_folder

    typer.echo(with_message(lambda: write_page(folder, captions_folder())))


@app.command()
def export(
    study: Annotated[Path, typer.Argument(help="Results of a study, results/<study>.")],
    to: Annotated[str, typer.Option(help="Format: anndata, h5sc or ome-zarr.")],
    out: Annotated[
        Path | None, typer.Option(help="What to write; nothing given: <study>.h5ad or the like.")
    ] = None,
) -> None:
    """Write a study in the format of another program: AnnData, scPortrait's .h5sc, OME-Zarr."""
    from nascent.export.formats import export

    typer.echo(f"Written: {with_message(export, study, to, out)}")


def with_message_of(function: Callable) -> Callable:
    """Return `function` as a command: an error that a user can mend ends it with its message."""

    @wraps(function)
    def command(*arguments, **options):
        return with_message(function, *arguments, **options)

    return command


def with_message(function, *arguments, **options):
    """Call `function`; an error a user can mend ends the program with its message alone."""
    try:
        return function(*arguments, **options)
    except NascentError as error:
        typer.echo(f"nascent: {error}", err=True)
        raise typer.Exit(1) from error


def _plan_in_words(options: list[str], past: list[Path]) -> list[str]:
    from nascent.costs.plan import by_stage, planned_costs, wall_seconds
    from nascent.costs.words import plan_in_words

    plan = _ask_snakemake(options)
    estimates, room = planned_costs(plan, past)
    costs = by_stage(estimates, room, plan.facts.study.kind)
    return list(plan_in_words(plan, costs, room, past, wall_seconds(plan, estimates)))


def _ask_snakemake(options: list[str]):
    from nascent.costs.plan import read_plan

    script = Path("workflow", "plan.py")
    if not script.is_file():
        raise ConfigError(
            "there is no nascent workflow here",
            where=Path.cwd(),
            mend="Run the command from the folder of the repository.",
        )
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "plan.json")
        command = [sys.executable, script, answer, "-n", *options]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or not answer.is_file():
            raise ConfigError(
                "Snakemake cannot plan this",
                where=" ".join(options),
                mend=_last_message(done.stdout + done.stderr),
            )
        return read_plan(answer)


def _last_message(output: str) -> str:
    """Return what Snakemake says of an error: its message, without traceback and greeting."""
    said = [line for line in output.splitlines() if line and not line.startswith("Using ")]
    own = [line for line in said if line.startswith("Error in the study: ")]
    if own:
        return own[-1]
    ends = [number for number, line in enumerate(said) if re.match(r"\w+(Error|Exception)\b", line)]
    return "\n".join(said[ends[-1] :] if ends else said)


# What a kind of data adds, such as the simulation of its raw data.
for _kind in known_kinds():
    if has_module(_kind, "commands"):
        for _name, _command in module_of(_kind, "commands").COMMANDS.items():
            app.command(_name)(with_message_of(_command))


if __name__ == "__main__":
    app()
