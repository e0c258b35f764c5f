"""What catalog subscribes to: how other services answer what it asked them, the wishes that the corps adopted, and
what it prints with names."""

from services.catalog.publication import handlers as publication
from services.catalog.records import handlers as records
from services.catalog.volunteers import handlers as volunteers
from services.catalog.wishes import handlers as wishes
from shared.contracts import dispatch, notify, requests
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    requests.EditionClosed: publication.on_edition_closed,
    requests.EditionWithdrawalRefused: publication.on_edition_withdrawal_refused,
    requests.WishAdopted: wishes.on_wish_adopted,
    requests.WishAdoptionEnded: wishes.on_wish_adoption_ended,
    requests.PersonDataCollected: volunteers.on_person_data_collected,
    requests.PersonDataErased: volunteers.on_person_data_erased,
    dispatch.TeamAssigned: records.on_team_assigned,
    dispatch.TeamReleased: records.on_team_released,
    dispatch.AssignmentDeclined: records.on_assignment_declined,
    dispatch.RosterChanged: records.on_roster_changed,
    dispatch.HoursRecorded: records.on_hours_recorded,
    dispatch.HoursCorrected: records.on_hours_corrected,
    dispatch.HoursWithdrawn: records.on_hours_withdrawn,
    dispatch.PersonDataCollected: volunteers.on_person_data_collected,
    dispatch.PersonDataErased: volunteers.on_person_data_erased,
    notify.PersonDataCollected: volunteers.on_person_data_collected,
    notify.PersonDataErased: volunteers.on_person_data_erased,
}
