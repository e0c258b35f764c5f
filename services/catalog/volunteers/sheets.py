"""What an Excel file says of each volunteer: as masked as the list is."""

from shared.http.exports import Sheet

VOLUNTEERS = Sheet(
    "volunteers",
    {
        "no": 14,
        "name": 12,
        "phone": 16,
        "identity": 22,
        "team_code": 16,
        "state": 12,
        "consent_at": 17,
        "consent_version": 16,
    },
    words={"state": "states.volunteer"},
)
