"""Speed and memory of the crops stage on a full-size well.

The baseline is the predecessor's way, without its file writing: for each nucleus four masks over
all pixels of the well (image, mask, target, channel means). It is linear in the nuclei of a given
well, so it is timed on some of them, spread over the well, and scaled. nascent's figures are of the
whole stage: reading, quality control, cutting, compressing, writing, flushing to disk.

Figures of the last line (JSON):
    speedup_300, speedup_1080   baseline over nascent, wells of so many nuclei
    growth_4x                   nascent's time for 1,080 nuclei over that for 270
    rss_numpy_gb, rss_text_gb   peak memory of the process, GB; raw_gb is the raw table's own size
    text_over_parse             the stage from text over the parser alone, reading it batch by batch
    store_fraction              bytes of the store over those of dense uint16 crops, simulated well
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from nascent.kinds.cells.crops.options import CropOptions, WellSource
from nascent.kinds.cells.crops.stage import crop_well

SIZE, CHANNELS, MEAN_AREA, SITES = 224, 38, 13_209, 30
TARGET = "c35"
# As the rule of the workflow asks for.
THREADS = 2
# Nuclei on which the baseline is timed, and runs of which the fastest counts.
SAMPLE, RUNS = 40, 3


def make_well(folder: Path, nuclei: int, mean_area: int) -> Path:
    """Write a NumPy well of elliptic nuclei in raster order of their sites, 16-bit counts."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    parts = []
    for nucleus in range(nuclei):
        radius = rng.uniform(0.8, 1.2) * (mean_area / np.pi) ** 0.5
        flat, turn = rng.uniform(0.75, 1.0), rng.uniform(0, np.pi)
        reach = int(radius * 1.2) + 2
        v, u = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        along = (u * np.cos(turn) + v * np.sin(turn)) * flat**0.5 / radius
        across = (v * np.cos(turn) - u * np.sin(turn)) / flat**0.5 / radius
        y, x = np.nonzero(along**2 + across**2 <= 1)
        corner = rng.integers(0, 1900, 2)
        site = nucleus * SITES // nuclei
        parts.append(
            np.stack(
                [np.full(len(x), nucleus), np.full(len(x), site), y + corner[0], x + corner[1]]
            )
        )
    nucleus, site, y, x = np.concatenate(parts, axis=1)
    raster = np.lexsort((x, y, site))
    np.save(folder / "mapobject_ids.npy", (nucleus[raster] + 373_000).astype(np.uint32))
    np.save(folder / "x.npy", x[raster].astype(np.uint16))
    np.save(folder / "y.npy", y[raster].astype(np.uint16))
    pixels = np.lib.format.open_memmap(folder / "mpp.npy", "w+", np.uint16, (len(raster), CHANNELS))
    median = rng.uniform(20, 300, CHANNELS).astype(np.float32)
    for start in range(0, len(raster), 1 << 19):
        rows = min(1 << 19, len(raster) - start)
        shape = rng.standard_normal((rows, CHANNELS), dtype=np.float32) * np.float32(0.45)
        pixels[start : start + rows] = np.minimum(107 + median * np.exp(shape), 65_535)
    pixels.flush()
    (folder / "channels.csv").write_text("".join(f"{c},c{c}\n" for c in range(CHANNELS)))
    rows = "".join(f"{i},{i + 373_000}\n" for i in range(nuclei))
    (folder / "metadata.csv").write_text(f",mapobject_id\n{rows}")
    return folder


def as_text(well: Path, folder: Path) -> Path:
    """Write the same well as a pixel table."""
    folder.mkdir(parents=True)
    for name in ("channels.csv", "metadata.csv"):
        (folder / name).write_bytes((well / name).read_bytes())
    names = {"mapobject_id": "mapobject_ids", "x": "x", "y": "y"}
    keys = {column: np.load(well / f"{name}.npy") for column, name in names.items()}
    pixels = np.load(well / "mpp.npy", mmap_mode="r")
    with (folder / "pixels.csv").open("wb") as stream:
        for start in range(0, len(pixels), 1 << 19):
            rows = slice(start, start + (1 << 19))
            counts = {f"c{c}": pixels[rows, c].copy() for c in range(CHANNELS)}
            frame = pl.DataFrame({name: key[rows] for name, key in keys.items()} | counts)
            frame.write_csv(stream, include_header=start == 0)
    return folder


def object_by_object(well: Path, size: int, sample: int) -> float:
    """Return seconds to crop all nuclei of a well by one mask over its pixels after another."""
    ids, x, y = (np.load(well / f"{name}.npy") for name in ("mapobject_ids", "x", "y"))
    pixels = np.load(well / "mpp.npy")
    nuclei = np.unique(ids)
    timed = nuclei[:: max(1, len(nuclei) // sample)]

    def image(nucleus: int, values: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        own = ids == nucleus
        u, v = x[own].astype(int), y[own].astype(int)
        u, v = u - u.min(), v - v.min()
        found = values(own)
        box = np.zeros((v.max() + 1, u.max() + 1, found.shape[-1]), found.dtype)
        box[v, u] = found
        crop = np.zeros((size, size, found.shape[-1]), found.dtype)
        top, left = (-round(length / 2 - size / 2) for length in box.shape[:2])
        crop[top : top + box.shape[0], left : left + box.shape[1]] = box
        return crop

    began = time.perf_counter()
    for nucleus in timed:
        image(nucleus, lambda own: pixels[own])
        image(nucleus, lambda own: np.ones((np.count_nonzero(own), 1), np.int16))
        pixels[ids == nucleus].mean(axis=0)
        pixels[ids == nucleus].mean(axis=0)
    return (time.perf_counter() - began) * len(nuclei) / len(timed)


def crop(well: Path, store: Path, *, size: int, target: str = TARGET) -> float:
    """Return seconds of the whole stage on a well."""
    began = time.perf_counter()
    crop_well(
        WellSource(well, "p", "A01"), store, store.with_suffix(".tsv"),
        options=CropOptions(target, size), threads=THREADS,
    )  # fmt: skip
    return time.perf_counter() - began


def parse(well: Path, store: Path, *, size: int) -> float:
    """Return seconds of the parser alone: every batch of the pixel table, let go at once."""
    began = time.perf_counter()
    for _ in pl.scan_csv(well / "pixels.csv").collect_batches():
        pass
    return time.perf_counter() - began


def peak_memory() -> float:
    """Return the peak memory of this process in GB; `getrusage` would count its parent's too."""
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1e6


JOBS: dict[str, Callable[..., float]] = {"crop": crop, "parse": parse}


def job(name: str, well: Path, size: int) -> dict[str, float]:
    """Run a job in a process of its own; return its seconds and its peak memory in GB."""
    command = [sys.executable, __file__, "--job", name, "--well", str(well), "--size", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def fastest(name: str, well: Path, size: int, runs: int) -> dict[str, float]:
    """Return the fastest seconds and the highest memory of several runs of a job."""
    found = [job(name, well, size) for _ in range(runs)]
    return {
        "seconds": min(run["seconds"] for run in found),
        "rss_gb": max(run["rss_gb"] for run in found),
    }


def store_fraction(folder: Path, nuclei: int, mean_area: int, size: int) -> float:
    """Return the bytes of a simulated well's store over those of its dense uint16 crops."""
    from nascent.kinds.cells.simulate.options import Simulation, WellPlace
    from nascent.kinds.cells.simulate.plate import simulate_well
    from nascent.store import open_store

    simulate_well(
        folder / "raw", WellPlace("p", "A01", 0),
        Simulation(nuclei=nuclei, layout="numpy", mean_area=mean_area),
        truth_path=folder / "truth.h5", cycle_path=folder / "cycle.csv",
    )  # fmt: skip
    crop_well(
        WellSource(folder / "raw", "p", "A01"), folder / "store.h5", folder / "store.tsv",
        options=CropOptions("00_EU", size, dtype="uint16", duplicates="first"),
    )  # fmt: skip
    with open_store(folder / "store.h5") as store:
        dense = len(store) * size * size * len(store.channels) * 2
    return (folder / "store.h5").stat().st_size / dense


def measure(folder: Path, *, nuclei: int, mean_area: int, size: int, runs: int) -> dict:
    """Return all figures; `nuclei` stands for 1,080 where a smaller trial is wanted."""
    figures: dict[str, float] = {}
    few, quarter = round(nuclei / 3.6), nuclei // 4
    wells = {n: make_well(folder / f"n{n}", n, mean_area) for n in (quarter, few, nuclei)}
    own = {n: fastest("crop", well, size, runs) for n, well in wells.items()}
    for n, key in ((few, "speedup_300"), (nuclei, "speedup_1080")):
        baseline = min(object_by_object(wells[n], size, SAMPLE) for _ in range(2))
        figures[key] = baseline / own[n]["seconds"]
        print(f"{n} nuclei: {baseline:.1f} s object by object, {own[n]['seconds']:.2f} s nascent")
    figures["growth_4x"] = own[nuclei]["seconds"] / own[quarter]["seconds"]
    figures["raw_gb"] = sum(file.stat().st_size for file in wells[nuclei].glob("*.npy")) / 1e9
    figures["rss_numpy_gb"] = own[nuclei]["rss_gb"]
    text = as_text(wells[nuclei], folder / "text")
    parser = fastest("parse", text, size, runs)
    read = fastest("crop", text, size, runs)
    print(f"text: {parser['seconds']:.1f} s parser alone, {read['seconds']:.1f} s nascent")
    figures["rss_text_gb"] = read["rss_gb"]
    figures["text_over_parse"] = read["seconds"] / parser["seconds"]
    figures["store_fraction"] = store_fraction(folder / "simulated", nuclei, mean_area, size)
    return {key: float(f"{value:.4g}") for key, value in figures.items()}


def main() -> None:
    """Measure all, or run one job for its parent process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small well: does it run at all?")
    parser.add_argument("--job", choices=JOBS)
    parser.add_argument("--well", type=Path)
    parser.add_argument("--size", type=int, default=SIZE)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nascent-crops-") as name:
        folder = Path(name)
        if options.job:
            seconds = JOBS[options.job](options.well, folder / "store.h5", size=options.size)
            peak = peak_memory()
            print(json.dumps({"seconds": seconds, "rss_gb": peak}))
        elif options.quick:
            print(json.dumps(measure(folder, nuclei=72, mean_area=1080, size=64, runs=1)))
        else:
            full = {"nuclei": 1080, "mean_area": MEAN_AREA, "size": SIZE, "runs": RUNS}
            print(json.dumps(measure(folder, **full)))


if __name__ == "__main__":
    main()
