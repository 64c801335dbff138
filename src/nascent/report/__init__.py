"""Pages of the study's report beside its figures: cards and tables, as plain HTML."""

from nascent.report.card import study_card
from nascent.report.evaluation import evaluation_pages
from nascent.report.model_card import model_card
from nascent.report.tables import table_page

__all__ = ["evaluation_pages", "model_card", "study_card", "table_page"]
