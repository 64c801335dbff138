"""`results/<study>/report.html`: the whole study on one page, offline, read by scrolling."""
