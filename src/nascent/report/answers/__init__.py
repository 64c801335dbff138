"""What a report says first: a question, a verdict and a few sentences, from the study's tables.

`compose.answers` gives the answers in reading order, `trust.trust_table` which explanation passes
which check, `tables.read_tables` the tables that both read. Nothing is computed here: each number
is one of a table, rounded, and each verdict is a table's.

Answers and cells name where more is said, an **anchor**: the id of a section of the report.

| anchor | section |
|---|---|
| `comparison` | models and reference predictors |
| `controls` | intensity or structure |
| `use` | what the models use of each feature |
| `trust` | the table of explanations and checks |
| `check-<name>` | the check of that name in `nascent.explain.checks.CHECKS` |

A kind of data may answer questions of its own: its optional module `answers` has `answers(study,
tables)`, which returns a list of `records.Answer`. They stand behind the first question. A task
words the first question, `nascent.task.Task.question`.
"""
