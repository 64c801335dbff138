# nascent: raw wells -> crops -> shards -> models -> attribution maps -> figures and report.
# A study is one config file: snakemake --configfile config/<study>.yaml
from snakemake.utils import min_version

min_version("9.19")

# A study given on the command line stands alone: the demo's keys are not merged under it.
if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


report: "workflow/report/study.rst"


include: "rules/common.smk"
include: "rules/needs.smk"
include: "rules/sharded.smk"
include: "rules/explained.smk"
include: "rules/simulate.smk"
include: "rules/crops.smk"
include: "rules/splits.smk"
include: "rules/shards.smk"
include: "rules/train.smk"
include: "rules/tune.smk"
include: "rules/evaluate.smk"
include: "rules/attribute.smk"
include: "rules/explain.smk"
include: "rules/explain_duplicates.smk"
include: "rules/explain_use.smk"
include: "rules/explain_roar.smk"
include: "rules/explain_targets.smk"
include: "rules/explain_similarity.smk"
include: "rules/explain_clusters.smk"
include: "rules/explain_regions.smk"
include: "rules/explain_trend.smk"
include: "rules/explain_attention.smk"
include: "rules/explain_completeness.smk"
include: "rules/explain_removal.smk"
include: "rules/explain_randomisation.smk"
include: "rules/explain_agreement.smk"
include: "rules/explain_sensitivity.smk"
include: "rules/explain_join.smk"
include: "rules/explain_standing.smk"
include: "rules/explain_exports.smk"
include: "rules/figures.smk"


if STUDY.simulate is not None:

    include: "rules/explain_truth.smk"


rule data:
    input:
        of_folds("shards/{fold}/shards.tsv"),
        of_folds("shards/{fold}/channels.tsv"),
        figures_of_data(),
    localrule: True
    message:
        f"Make the shards of study {STUDY.study}"


rule models:
    input:
        made("evaluate/comparison.tsv"),
        made("evaluate/metrics.tsv"),
        made("evaluate/predictions.tsv"),
        made("evaluate/controls.tsv"),
        figures_of_models(),
    localrule: True
    message:
        f"Train and measure every model of study {STUDY.study}"


rule explanations:
    input:
        made("explain/use.tsv"),
        figures("use"),
        made("explain/channel_importance.tsv"),
        made("explain/completeness.tsv"),
        made("explain/groups.tsv"),
        made("explain/channel_correlations.tsv"),
        made("explain/channel_groups.tsv"),
        figures("channel_correlations"),
        made("explain/channel_scores.parquet"),
        checks_of_explanations(),
        figures_of_explanations(),
        results_of_retraining(),
    localrule: True
    message:
        f"Make and summarise the attribution maps of study {STUDY.study}"


include: "rules/report_explorer.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        rules.report.input,
    localrule: True
    message:
        f"Make everything that the report of study {STUDY.study} shows"


# `snakemake <model>` runs that model alone, from its training to its figures.
for model in STUDY.train.models:

    rule:
        name:
            target_name(model)
        input:
            everything_of_model(model),
        localrule: True
        message:
            f"Train, measure and explain {model} of study {STUDY.study}"
