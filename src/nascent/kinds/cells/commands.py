"""What the command line can do with single cells: simulate a plate of them."""

from pathlib import Path
from typing import Annotated

import typer

from nascent.errors import ConfigError

ROWS, COLUMNS = 16, 24
"""Of a 384-well plate."""


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
    jobs: Annotated[int, typer.Option(help="Wells simulated in parallel.")] = 1,
) -> None:
    """Simulate a plate of nuclei whose transcription rate is planted, as raw wells with tables."""
    import pandas as pd

    from nascent.kinds.cells.simulate.options import Simulation
    from nascent.kinds.cells.simulate.plate import simulate_plate
    from nascent.provenance import record

    names, compounds = well_names(wells), _names(perturbations)
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
    options = {
        "nuclei": nuclei,
        "layout": layout,
        "truth": truth,
        "seed": seed,
        "mean_area": mean_area,
        "channels": _names(channels) if channels is not None else None,
        "well_effect": well_effect,
        "noise": noise,
    }
    made_of = record("simulate", options, seed=seed)
    simulate_plate(out, table, Simulation(**options), jobs=jobs, record=made_of)
    typer.echo(f"{wells} wells of {nuclei} nuclei in {out}")


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


COMMANDS = {"simulate": simulate}
"""Name → function, with its arguments and options as typer takes them."""
