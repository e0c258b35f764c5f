"""What a new day brings to those who are asked."""

from functools import partial

from services.catalog.survey.use_cases.asking import see_to_surveys
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def survey_notices(uow: UnitOfWork) -> Job:
    """Reminds teams before the last day of a survey, and says once that one is late."""
    return daily(uow.today, partial(see_to_surveys, uow))
