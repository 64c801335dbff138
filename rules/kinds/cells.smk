# Single cells: raw wells, simulated or measured, and the crops that are cut of them. One job a well.
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


rule simulate:
    output:
        raw=[
            made(f"simulate/{{part}}/{name}")
            for name in (
                RAW.RAW_FILES[STUDY.simulate.layout] if STUDY.simulate else ["-"]
            )
        ],
        cycle=made("simulate/tables/cell_cycle/{part}.csv"),
        truth=made("simulate/truth/{part}.h5"),
    log:
        logged("simulate/{part}.log"),
    benchmark:
        logged("simulate/{part}.tsv")
    group:
        batch_of("simulate")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("simulate"),
        plate=lambda wildcards: PARTS.loc[wildcards.part, "plate"],
        well=lambda wildcards: PARTS.loc[wildcards.part, "well"],
        index=lambda wildcards: PARTS.index.get_loc(wildcards.part),
        perturbation=lambda wildcards: PARTS.loc[wildcards.part, "perturbation"],
        seed=STUDY.seed,
        simulate=STUDY.simulate.plain() if STUDY.simulate else None,
    message:
        "Simulate the raw well {wildcards.part}"
    script:
        "../../workflow/scripts/simulate.py"


rule simulate_tables:
    input:
        cycle=of_parts("simulate/tables/cell_cycle/{part}.csv"),
    output:
        **{
            name: made(f"simulate/tables/{file}")
            for name, file in RAW.PLATE_TABLES.items()
        },
    log:
        logged("simulate/tables.log"),
    benchmark:
        logged("simulate/tables.tsv")
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("simulate_tables"),
        wells=PARTS[["plate", "well", "perturbation"]].to_dict("records"),
        channels=FEATURES,
    message:
        f"Write the plate tables of the {STUDY.study} plate"
    script:
        "../../workflow/scripts/simulate_tables.py"


rule crops:
    input:
        raw=raw_files,
        cell_cycle=plate_table("cell_cycle"),
        wells=plate_table("wells"),
        background=plate_table("background"),
        exclude=given(STUDY.crops.exclude) if STUDY.crops.exclude else [],
    output:
        store=made("crops/{part}.h5"),
        quality=made("crops/{part}.quality.tsv"),
    log:
        logged("crops/{part}.log"),
    benchmark:
        logged("crops/{part}.tsv")
    group:
        batch_of("crops")
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=memory_of_well,
        runtime=runtime_of_well,
    params:
        code=code("crops"),
        table=pixel_table_of_well,
        well=lambda wildcards: PARTS.loc[wildcards.part].to_dict(),
        target=STUDY.target.channel,
        crops=STUDY.crops.plain(),
    message:
        f"Cut the nuclei of well {{wildcards.part}} into {STUDY.crops.size} x {STUDY.crops.size} crops"
    script:
        "../../workflow/scripts/crops.py"


rule crops_gather:
    input:
        stores=of_parts("crops/{part}.h5"),
        quality=of_parts("crops/{part}.quality.tsv"),
    output:
        cells=made("crops/cells.tsv"),
        quality=made("crops/quality.tsv"),
    log:
        logged("crops/gather.log"),
    benchmark:
        logged("crops/gather.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("crops_gather"),
        duplicates=STUDY.crops.duplicates,
    message:
        f"Join the cell tables of {STUDY.study} and check that its wells agree"
    script:
        "../../workflow/scripts/crops_gather.py"
