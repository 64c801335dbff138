"""Simulated genes: a motif in the sequence and one column set the target, their expression.

The expression is 2 for each letter of the motif that a gene has at its place, plus the gene's
half-life in standard deviations, plus noise. A gene is `on` where that is above its median value.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from nascent.examples import InputSpec, TargetSpec
from nascent.files import read_table
from nascent.store_layout import Layout, input_path

LETTERS = tuple("ACGT")
POSITIONS = 12
MOTIF = {4: "T", 5: "A", 6: "T", 7: "A"}
"""Position → letter that raises the expression."""

EFFECT, HALF_LIFE = 2.0, 1.0
"""Of a letter of the motif, and of a standard deviation of the half-life."""

COLUMNS = ("half_life", "length", "distance")
LEVELS = ("off", "on")

SEQUENCE = InputSpec("sequence", "pb", (POSITIONS, len(LETTERS)), LETTERS)
BESIDE = InputSpec("columns", "f", (len(COLUMNS),), COLUMNS)
LAYOUT = Layout(
    (SEQUENCE, BESIDE),
    {"sequence": np.dtype(np.uint8), "columns": np.dtype(np.float64)},
    (
        TargetSpec("target", "regression", "expression", "reads", "target"),
        TargetSpec("state", "classes", "state", "", "state", levels=LEVELS),
    ),
)


def simulated_genes(
    number: int, part: int, *, chromosomes: int, noise: float, seed: int
) -> pd.DataFrame:
    """Return the genes of one file: id, chromosome, sequence, the columns, target and state.

    Parameters
    ----------
    number
        Of genes.
    part
        Which file it is; files differ.
    chromosomes
        That the genes are spread over.
    noise
        Share of the variance of the expression that nothing explains.
    seed
        Of the study.
    """
    rng = np.random.default_rng([seed, part])
    letters = rng.integers(len(LETTERS), size=(number, POSITIONS))
    for place, letter in MOTIF.items():
        # Half of the genes have it: as many as lack it.
        letters[:, place] = np.where(
            rng.random(number) < 1 / 3, LETTERS.index(letter), letters[:, place]
        )
    half_life = rng.normal(size=number)
    matches = sum(letters[:, place] == LETTERS.index(letter) for place, letter in MOTIF.items())
    signal = EFFECT * matches + HALF_LIFE * half_life
    # Each letter of the motif is there or not with equal chance: its variance is 1/4.
    variance = EFFECT**2 * len(MOTIF) / 4 + HALF_LIFE**2
    spread = np.sqrt(variance * noise / (1 - noise))
    expression = 10 + signal + rng.normal(0, spread, number)
    return pd.DataFrame(
        {
            "id": [f"gene{part:02d}{row:04d}" for row in range(number)],
            "chromosome": [f"chr{1 + row % chromosomes}" for row in range(number)],
            "sequence": ["".join(LETTERS[letter] for letter in row) for row in letters],
            "half_life": 5 + 2 * half_life,
            "length": rng.lognormal(7, 0.5, number),
            "distance": rng.uniform(0, 1e5, number),
            "target": expression,
            "state": np.where(expression > 10 + EFFECT * len(MOTIF) / 2, "on", "off"),
        }
    )


def truth_of(genes: pd.DataFrame) -> np.ndarray:
    """Return what each position adds to the expression of each gene, (n, positions)."""
    truth = np.zeros((len(genes), POSITIONS))
    for place, letter in MOTIF.items():
        truth[:, place] = EFFECT * (genes["sequence"].str[place] == letter)
    return truth


def arrays_of(genes: pd.DataFrame) -> list[dict[str, np.ndarray]]:
    """Return the inputs of each gene, as a store holds them."""
    codes = np.eye(len(LETTERS), dtype=np.uint8)
    beside = genes[list(COLUMNS)].to_numpy(np.float64)
    return [
        {
            input_path(SEQUENCE.name): codes[[LETTERS.index(letter) for letter in sequence]],
            input_path(BESIDE.name): row,
        }
        for sequence, row in zip(genes["sequence"], beside, strict=True)
    ]


def examples_of(genes: pd.DataFrame, part: str) -> pd.DataFrame:
    """Return the table of the genes: each feature's mean over the positions stands in it too."""
    share = {
        f"mean_{letter}": genes["sequence"].str.count(letter) / POSITIONS for letter in LETTERS
    }
    same = {f"mean_{name}": genes[name] for name in COLUMNS}
    table = genes.drop(columns="sequence").assign(group=genes["chromosome"], part=part)
    return table.assign(**share, **same).set_index("id")


def read_genes(path: str | Path) -> pd.DataFrame:
    """Read the genes of one file."""
    return read_table(path, required=["id", "sequence"])


def counts_of(examples: pd.DataFrame) -> pd.DataFrame:
    """Return how many genes each file had and how many are left: no gene is removed."""
    table = examples.groupby("part", sort=False).size().rename("cells_in").reset_index()
    table.insert(1, "step", "all")
    table.insert(2, "reason", "any of these")
    return table.assign(removed=0, cells_out=table["cells_in"])
