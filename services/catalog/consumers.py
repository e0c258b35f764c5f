"""What catalog listens to: the facts begin here, so only how the others answer what it asks them."""

from services.catalog.application.commands import note_edition_closed, note_withdrawal_refused
from services.catalog.application.volunteers import note_answer
from shared.contracts import dispatch, notify, requests
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    requests.EditionClosed: note_edition_closed,
    requests.EditionWithdrawalRefused: note_withdrawal_refused,
    requests.PersonDataCollected: note_answer,
    requests.PersonDataErased: note_answer,
    dispatch.PersonDataCollected: note_answer,
    dispatch.PersonDataErased: note_answer,
    notify.PersonDataCollected: note_answer,
    notify.PersonDataErased: note_answer,
}
