"""Pages of the study's report beside its figures: the study card and tables, as plain HTML."""

from nascent.report.card import study_card
from nascent.report.tables import table_page

__all__ = ["study_card", "table_page"]
