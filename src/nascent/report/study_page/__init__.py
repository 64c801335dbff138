"""`results/<study>/report.html`: the whole study on one page, offline, read by scrolling.

`contents` says which figures and tables belong to it, `build` gathers them from the folder of the
study, and `render` writes them by the templates in `nascent/resources/report`. Whatever of a study
is not there is named at the top, with the command that makes it (`missing`).
"""
