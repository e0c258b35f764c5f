"""Whoever speaks in a consultation, or answers a survey, may get another code or turn out to be a double."""

from tests.catalog.consultation.conftest import forum
from tests.catalog.survey.conftest import asked

__all__ = ["asked", "forum"]
