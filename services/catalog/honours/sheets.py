"""What an Excel file says of each honour, as Order 67 lists it (Art. 9); people are numbers."""

from shared.http.exports import Sheet

HONOURS = Sheet(
    "honours",
    {
        "award": 16,
        "window_name": 30,
        "post_name": 20,
        "volunteer_no": 14,
        "citation": 50,
        "state": 12,
        "public_from": 12,
        "public_until": 12,
        "awarded_on": 12,
        "expires_on": 12,
        "awarding_body": 30,
    },
    words={"award": "choices", "state": "states.honour"},
)
