# Images and splits -> the channel statistics of the training examples' measured values.


rule shards_histogram:
    input:
        store=store_of("{part}"),
        splits=made("splits/{fold}/splits.tsv"),
    output:
        made("shards/{fold}/histograms/{part}.h5"),
    log:
        logged("shards/{fold}/histograms/{part}.log"),
    benchmark:
        logged("shards/{fold}/histograms/{part}.tsv")
    group:
        batch_of("histograms")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("shards_histogram"),
    message:
        f"Count the {WORDS['place']} values of the training {WORDS['examples']} of part {{wildcards.part}}, fold"
        " {wildcards.fold}"
    script:
        "../../workflow/scripts/shards_histogram.py"


rule shards_channels:
    input:
        histograms=of_parts("shards/{{fold}}/histograms/{part}.h5"),
        background=background_table(),
    output:
        made("shards/{fold}/channels.tsv"),
    log:
        logged("shards/{fold}/channels.log"),
    benchmark:
        logged("shards/{fold}/channels.tsv")
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("shards_channels"),
        normalise=STUDY.shards.normalise.plain(),
        kind=STUDY.kind,
        background=lambda wildcards: options_of_background(),
    message:
        f"Take the {WORDS['feature']} statistics of {STUDY.study} from the training {WORDS['examples']} of fold"
        " {wildcards.fold}"
    script:
        "../../workflow/scripts/shards_channels.py"
