"""What catalog asks about a person."""

from services.notify.addresses.use_cases import collect_records, erase_records
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.privacy.answering import Holdings

PEOPLE = Holdings(collect_records, erase_records, PersonDataCollected, PersonDataErased)
"""What notify holds about a volunteer: the recipient ``volunteer.<no>`` with its addresses and preferences, and its
messages."""
