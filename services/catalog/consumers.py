"""What catalog subscribes to: how other services answer what it asked them. All other facts begin here."""

from services.catalog.publication import handlers as publication
from services.catalog.volunteers import handlers as volunteers
from shared.contracts import dispatch, notify, requests
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    requests.EditionClosed: publication.on_edition_closed,
    requests.EditionWithdrawalRefused: publication.on_edition_withdrawal_refused,
    requests.PersonDataCollected: volunteers.on_person_data_collected,
    requests.PersonDataErased: volunteers.on_person_data_erased,
    dispatch.PersonDataCollected: volunteers.on_person_data_collected,
    dispatch.PersonDataErased: volunteers.on_person_data_erased,
    notify.PersonDataCollected: volunteers.on_person_data_collected,
    notify.PersonDataErased: volunteers.on_person_data_erased,
}
