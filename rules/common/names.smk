# Names of rules, which another workflow that uses this one may change.

CALLED = workflow.modifier.modify_rulename("*")
RULES_BEFORE = {rule.name for rule in workflow.rules}


def own_name(rule):
    """The name that a rule has here, whatever another workflow calls it."""
    before, _, after = CALLED.partition("*")
    return rule.removeprefix(before).removesuffix(after) if "*" in CALLED else rule


def target_name(model):
    """The name of the rule that runs one model; it must not be that of another rule."""
    name = workflow.modifier.avail_rulename(model)
    if workflow.is_rule(name) and name not in RULES_BEFORE:
        sys.exit(
            f"Error in the study: train.models: {model!r} is the name of a rule or target of the"
            " workflow. Call the model otherwise."
        )
    return model


def benchmarks_of_rules():
    """Rule to the pattern of its benchmarks' places below the study's logs."""
    place = re.escape(logged(""))
    patterns = (
        (each.name, each.benchmark.regex().pattern)
        for each in workflow.rules
        if each.benchmark
    )
    return {
        own_name(name): pattern.removeprefix(place)
        for name, pattern in patterns
        if pattern.startswith(place)
    }
