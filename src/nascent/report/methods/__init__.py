"""The methods section of a study, made from its config, with a list of references.

`text.methods_text` gives the paragraphs. It says what the study did and nothing else. A text names
a reference by its key, `[@kingma2015]`; `references` holds them all and turns the marks into
citations. A kind of data writes its own paragraphs on data: its optional module `methods` has
`paragraphs(study)` and `controls(study)`, lists of `records.Paragraph`. A task says how its answers
are learnt and measured (`nascent.task.Task.loss_in_words`, `nascent.task.Task.sources`).
"""
