"""What dispatch holds about persons: nothing, but places and teams. It answers so that nobody has to guess."""

from shared.contracts.dispatch import PersonDataCollected, PersonDataErased
from shared.privacy.answering import Holdings, erase_nothing, hold_nothing

PEOPLE = Holdings(hold_nothing, erase_nothing, PersonDataCollected, PersonDataErased)
