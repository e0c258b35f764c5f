"""What catalog listens to: the facts begin here, so only how the others answer what it asks about persons."""

from services.catalog.application.volunteers import note_answer
from shared.contracts import dispatch, notify, requests
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    requests.PersonDataCollected: note_answer,
    requests.PersonDataErased: note_answer,
    dispatch.PersonDataCollected: note_answer,
    dispatch.PersonDataErased: note_answer,
    notify.PersonDataCollected: note_answer,
    notify.PersonDataErased: note_answer,
}
