# Where the raw wells of single cells lie, and what their jobs need.
from nascent.kinds.cells.needs import raw_well_bytes, well_megabytes, well_minutes
from nascent.needs import read_bytes


def raw_files(wildcards):
    """The files of a raw well: simulated here, or whatever lies in the measured well's folder."""
    if STUDY.simulate is not None:
        names = RAW.RAW_FILES[STUDY.simulate.layout]
        return [made(f"simulate/{wildcards.part}/{name}") for name in names]
    return [given(path) for path in RAW.measured_files(well_path(wildcards))]


def well_path(wildcards):
    """The folder, or the pixel table, of a raw well."""
    if STUDY.simulate is not None:
        return Path(made(f"simulate/{wildcards.part}"))
    return Path(STUDY.data) / PARTS.loc[wildcards.part, "path"]


def pixel_table_of_well(wildcards):
    """The name of the pixel table that stands for a raw well; empty where its folder does."""
    place = well_path(wildcards)
    return place.name if place.is_file() else ""


def plate_table(name):
    """The path of a plate table, or an empty list where the study has none."""
    if STUDY.simulate is not None:
        return made(f"simulate/tables/{RAW.PLATE_TABLES[name]}")
    table = getattr(STUDY.tables, name)
    return given(Path(STUDY.data) / table) if table else []


def bytes_of_well(wildcards):
    """The size of a raw well in memory: as it is simulated, or by its files."""
    if STUDY.simulate is None:
        return read_bytes(RAW.measured_files(well_path(wildcards)))
    plate = STUDY.simulate
    return raw_well_bytes(plate.nuclei, plate.mean_area, len(FEATURES))


def memory_of_well(wildcards, attempt):
    """Memory of a job that makes or cuts one raw well, MB."""
    return attempt * well_megabytes(bytes_of_well(wildcards))


def runtime_of_well(wildcards, attempt):
    """Minutes that a job may take that makes or cuts one raw well."""
    return attempt * well_minutes(bytes_of_well(wildcards))


def background_table():
    """The table of background counts, or an empty list where the study has none."""
    return plate_table("background")


def options_of_background():
    """Which rows of that table count."""
    return {"cell_line": STUDY.crops.background_cell_line}
