"""How often each verdict of nascent is wrong, and how often it finds what is there.

Cells in wells are simulated in which nothing is to be found, the library's own tables are filled
with them, and what these claim is counted (`_table_verdicts.py`). The table goes to the page that
is given, between its marks, and to a file with a row a design. The last line is JSON:
`worst_excess`, the largest ratio of a measured rate to its nominal one among those whose own 95 %
interval lies above it; 1 where there is none.

    python benchmarks/levels.py [--quick] [--page docs/levels.md --table docs/levels/levels.tsv]
"""

import argparse
import json
import re
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import _map_verdicts as maps
import _table_verdicts as tables
import numpy as np
import pandas as pd
from _designs import Design
from scipy import stats

from nascent.explain.statistics.image_nulls import IMAGE_MAPS
from nascent.files import read_table, write_table, written

WELLS = (2, 3, 4, 5, 8, 12)
EXPLAIN, MODELS = 0.005, 0.025
"""Nominal rates of a claim in one direction, at 99 % and at 95 %."""

PEER = "bootstrap of whole wells"
BEYOND = "mean over cells, too skewed"
"""Named in the page as what is not kept, and not counted among the verdicts that are to be."""

AGAIN = 4
"""A rate above its nominal one, interval and all, is measured anew by so many times more studies:
of many rates some are high by chance."""

POWER = 400
"""Studies with an effect, at most; else half as many as without."""

Simulate = Callable[[Design, float, int, np.random.Generator], tables.Outcome]


@dataclass(frozen=True)
class Verdict:
    """A verdict and how it is tried.

    Attributes
    ----------
    name : str
    simulate : callable
    designs : sequence of Design
    nominal : float
        Rate of each of its claims where there is nothing to be found.
    effect : float
        At which power is measured.
    effect_words : str
    columns : int
        Studies in one table.
    studies : int
        Of each design.
    several : dict
        Claim → the number of others of which one is enough for it, each at the nominal rate.
    """

    name: str
    simulate: Simulate
    designs: Sequence[Design]
    nominal: float
    effect: float
    effect_words: str
    columns: int
    studies: int
    several: dict[str, int] = field(default_factory=dict)

    def nominal_of(self, claim: str) -> float:
        return self.nominal * self.several.get(claim, 1)


def every_well(design: Design) -> list[Design]:
    return [replace(design, wells=wells) for wells in WELLS]


EVEN, BETWEEN = Design(3), Design(3, between=1.0)
HARD = (
    Design(3, shape="exponential"),
    Design(3, shape="lognormal", between=1.0),
    Design(3, between=1.0, unequal=True),
    Design(3, cells=16, shape="exponential", unequal=True),
    Design(3, cells=16, between=1.0),
    Design(3, cells=200, shape="lognormal", unequal=True),
)
"""Skewed values, wells of unequal size, few cells and many."""

THOROUGH = [one for design in (EVEN, BETWEEN, *HARD) for one in every_well(design)]
SHORT = [*every_well(BETWEEN), EVEN, replace(EVEN, wells=8), *HARD[:4]]
FEW = [*every_well(BETWEEN), HARD[0], HARD[2]]


def seeds(designs: Sequence[Design], number: int, sd: float) -> list[Design]:
    return [replace(design, repeats=number, repeat_sd=sd) for design in designs]


PLANES = [replace(BETWEEN, wells=wells) for wells in (2, 3, 5, 8)]
"""For what is made of maps and images, which takes long."""

STRESS = (Design(12, cells=16, shape="exponential"), Design(12, shape="lognormal"))
"""Skewed cells, too few of them or too much skewed, whose mean no interval over cells knows."""

ONE_SD = "1 SD of the cells"
TRAININGS = [design for number in (2, 3, 5) for design in seeds(FEW[1:4], number, 0.5)]
CASES = (
    Verdict(
        "model against the best reference predictor",
        tables.models,
        SHORT,
        MODELS,
        1,
        ONE_SD,
        50,
        600,
    ),
    Verdict("model of several seeds", tables.models, TRAININGS, MODELS, 1, ONE_SD, 50, 300),
    Verdict("remove and retrain", tables.retrained, FEW, EXPLAIN, 1, ONE_SD, 30, 120),
    Verdict("mean over cells against 0", tables.means, THOROUGH, EXPLAIN, 1, ONE_SD, 500, 10_000),
    Verdict("deletion and insertion", tables.removal, SHORT, EXPLAIN, 1, ONE_SD, 50, 500),
    Verdict("randomised weights", tables.randomisation, SHORT, EXPLAIN, 1, ONE_SD, 60, 600),
    Verdict("attention: share in the cell", tables.attention, SHORT, EXPLAIN, 1, ONE_SD, 50, 500),
    Verdict("attention: features", tables.features, SHORT, EXPLAIN, 1, ONE_SD, 500, 10_000),
    Verdict(
        "truth",
        tables.truth,
        FEW,
        EXPLAIN,
        1,
        ONE_SD,
        90,
        180,
        several={"does not beat one": 1 + len(IMAGE_MAPS)},
    ),
    Verdict(
        "importance against random weights",
        tables.importance,
        seeds(SHORT, 5, 0.0) + seeds(FEW[1:4], 5, 1.0),
        EXPLAIN,
        3,
        "3 SDs of the cells",
        500,
        4000,
    ),
    Verdict("use", tables.use, SHORT, EXPLAIN, 1, ONE_SD, 100, 600),
    Verdict("use, several seeds", tables.use, TRAININGS, EXPLAIN, 1, ONE_SD, 100, 300),
    Verdict(
        "similarity of maps and images",
        maps.similarity,
        PLANES,
        EXPLAIN,
        0.3,
        "0.3 of the image's noise in the map",
        6,
        120,
        several={maps.SIMILAR["pearson"]: 2},
    ),
    Verdict("regions", maps.regions, PLANES, EXPLAIN, 0.3, "as above", 6, 120),
    Verdict("agreement of explanations", maps.agreement, PLANES, EXPLAIN, 0.3, "as above", 10, 120),
    Verdict(
        "clusters of channels",
        maps.clusters,
        PLANES[:3],
        0.1,
        0.3,
        "a pattern of 0.3 of the noise in either half",
        5,
        60,
    ),
    Verdict("change with the target", tables.trends, FEW, 0.05, 0.5, "correlation 0.5", 10, 60),
    Verdict(
        "change with the target, wells that differ",
        tables.trends,
        seeds(FEW[1:4], 1, 0.5),
        0.05,
        0.5,
        "correlation 0.5",
        10,
        100,
    ),
    Verdict(BEYOND, tables.means, STRESS, EXPLAIN, 1, ONE_SD, 500, 10_000),
    Verdict(PEER, tables.earlier_rule, every_well(BETWEEN), EXPLAIN, 1, ONE_SD, 500, 4000),
)


SLOW = (tables.retrained, tables.truth, maps.similarity, maps.regions, maps.clusters)
"""Not among the few."""


def quick(case: Verdict) -> Verdict:
    """Return a case with few studies, of wells without and with differences."""
    few = () if case.simulate in SLOW else case.designs
    designs = [design for design in few if design.wells in (2, 3, 8)][:3]
    return replace(case, designs=designs, studies=min(case.studies // 2, case.columns))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="a few of them, in under 50 s")
    options.add_argument(
        "--only", default="", help="verdicts whose name holds this; the others stay"
    )
    options.add_argument("--page", type=Path, help="whose tables are written anew")
    options.add_argument("--table", type=Path, help="of all designs")
    chosen = options.parse_args()
    began = time.process_time()
    rows = []
    for case in CASES:
        case = quick(case) if chosen.quick else case
        if chosen.only in case.name and case.designs:
            found = list(measured(case))
            seconds = time.process_time() - began
            worst = worst_excess(pd.DataFrame(found))
            print(f"{case.name}: worst excess {worst:.2f}, {seconds:.0f} s so far", flush=True)
            rows += found
    table = pd.DataFrame(rows)
    if chosen.only and chosen.table and chosen.table.is_file():
        # What was not tried again stays.
        before = read_table(chosen.table)
        table = pd.concat([before[~before["verdict"].isin(table["verdict"])], table])
        order = {case.name: place for place, case in enumerate(CASES)}
        table = table.sort_values("verdict", key=lambda names: names.map(order), kind="stable")
        table["effect"] = table["effect"].fillna("")
    if chosen.table:
        chosen.table.parent.mkdir(parents=True, exist_ok=True)
        write_table(table.round(5), chosen.table)
    if chosen.page:
        fill(chosen.page, {"rates": rates_table(table), "power": power_table(table)})
    beyond, peer = (table[table["verdict"] == name] for name in (BEYOND, PEER))
    ours = table[~table["verdict"].isin([BEYOND, PEER])]
    figures = {
        "worst_excess": worst_excess(ours),
        "verdicts": len(ours[["verdict", "claim"]].drop_duplicates()),
        "designs": len(ours),
        "skewed_excess": worst_excess(beyond),
        "peer_excess": worst_excess(peer),
        "cpu_seconds": time.process_time() - began,
    }
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def measured(case: Verdict) -> Iterator[dict]:
    """Yield a row a design and claim: its rate with no effect, coverage, and power."""
    for design in case.designs:
        own = (zlib.crc32(case.name.encode()), zlib.crc32(repr(design).encode()))
        found = tried(case, design, 0.0, case.studies, np.random.default_rng((*own, 0)))
        with_effect = tried(
            case,
            design,
            case.effect,
            min(POWER, case.studies // 2),
            np.random.default_rng((*own, 1)),
        )
        again = None
        for place, (claim, claims) in enumerate(found.claims.items()):
            covered = found.covered
            if excess(claims, case.nominal_of(claim)) > 1:
                if again is None:
                    stream = np.random.default_rng((*own, 2))
                    again = tried(case, design, 0.0, AGAIN * case.studies, stream)
                claims, covered = again.claims[claim], again.covered
            low, high = limits(claims)
            yield {
                "verdict": case.name,
                "claim": claim,
                **asdict(design),
                "nominal": case.nominal_of(claim),
                "studies": len(claims),
                "rate": mean(claims),
                "rate_low": low,
                "rate_high": high,
                "coverage": mean(covered),
                "effect": case.effect_words if place == 0 else "",
                "power": mean(with_effect.claims[claim]) if place == 0 else np.nan,
            }


def tried(
    case: Verdict, design: Design, effect: float, studies: int, stream: np.random.Generator
) -> tables.Outcome:
    """Return the outcome of at least so many studies."""
    # Below three wells nothing is claimed, and one table says so.
    tables_needed = -(-studies // case.columns)
    parts = []
    for _ in range(tables_needed):
        parts.append(case.simulate(design, effect, case.columns, stream))
        if all(np.isnan(values).all() for values in parts[0].claims.values()):
            break
    return tables.Outcome(
        {name: np.concatenate([part.claims[name] for part in parts]) for name in parts[0].claims},
        np.concatenate([part.covered for part in parts]),
    )


def limits(claims: np.ndarray) -> tuple[float, float]:
    """Return the interval of 95 % of a rate (Clopper & Pearson 1934); NaN without verdicts."""
    known = claims[~np.isnan(claims)]
    count, claimed = len(known), int(known.sum())
    if not count:
        return np.nan, np.nan
    low = stats.beta.ppf(0.025, claimed, count - claimed + 1) if claimed else 0.0
    high = stats.beta.ppf(0.975, claimed + 1, count - claimed) if claimed < count else 1.0
    return float(low), float(high)


def excess(claims: np.ndarray, nominal: float) -> float:
    """Return rate / nominal where the interval of the rate lies above nominal, else at most 1."""
    rate = mean(claims) / nominal
    return rate if limits(claims)[0] > nominal else min(rate, 1.0)


def worst_excess(table: pd.DataFrame) -> float:
    """Return the largest ratio of rate and nominal whose interval lies above 1; 1 without one."""
    above = table[table["rate_low"] > table["nominal"]]
    return float((above["rate"] / above["nominal"]).max()) if len(above) else 1.0


def mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def rates_table(table: pd.DataFrame) -> str:
    """Return a line a claim: by number of wells the rate in the design where it is largest."""
    lines = [
        "| verdict | claim | nominal | " + " | ".join(f"{wells} wells" for wells in WELLS) + " |",
        "|---" * (3 + len(WELLS)) + "|",
    ]
    for (verdict, claim), rows in table.groupby(["verdict", "claim"], sort=False):
        told = [_rate(rows[rows["wells"] == wells]) for wells in WELLS]
        nominal = f"{100 * rows['nominal'].iloc[0]:g} %"
        lines.append(f"| {verdict} | {claim} | {nominal} | " + " | ".join(told) + " |")
    return "\n".join(lines)


def power_table(table: pd.DataFrame) -> str:
    """Return a line a verdict: its power by number of wells, without and with their differences."""
    lines = [
        "| verdict | effect | wells | " + " | ".join(f"{wells} wells" for wells in WELLS) + " |",
        "|---" * (3 + len(WELLS)) + "|",
    ]
    plain = table[(table["shape"] == "normal") & ~table["unequal"] & (table["cells"] == 64)]
    told = plain[plain["effect"] != ""]
    keys = ["verdict", "effect", "between", "repeats", "repeat_sd"]
    for (verdict, effect, between, repeats, sd), rows in told.groupby(keys, sort=False):
        of_wells = rows.set_index("wells")["power"].reindex(WELLS)
        words = "differ" if between else "alike"
        if sd:
            words += f", {repeats} repeats that differ"
        powers = ["" if np.isnan(power) else f"{100 * power:.0f} %" for power in of_wells]
        lines.append(f"| {verdict} | {effect} | {words} | " + " | ".join(powers) + " |")
    return "\n".join(lines)


def _rate(rows: pd.DataFrame) -> str:
    if rows.empty:
        return ""
    known = rows.dropna(subset=["rate"])
    if known.empty:
        return "not given"
    worst = known.loc[known["rate"].idxmax()]
    low, high = 100 * worst["rate_low"], 100 * worst["rate_high"]
    return f"{100 * worst['rate']:.2g} ({low:.2g}–{high:.2g})"


def fill(page: Path, blocks: dict[str, str]) -> None:
    """Write what stands between the marks `<!-- <name> -->` and `<!-- end -->` anew."""
    text = page.read_text(encoding="utf-8")
    for name, lines in blocks.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, rf"\g<1>\n{lines}\n\n\g<2>", text, flags=re.DOTALL)
    with written(page) as beside:
        beside.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
