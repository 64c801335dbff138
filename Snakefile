# Snakemake looks here first. The workflow stands where modules, snakedeploy and the catalog look for it.
include: "workflow/Snakefile"


# An included file cannot set the default target.
workflow.default_target = workflow.modifier.modify_rulename("all")
