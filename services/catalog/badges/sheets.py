"""What an Excel file says of each badge; names are not in it."""

from shared.http.exports import Sheet

BADGES = Sheet(
    "badges",
    {
        "number": 16,
        "window_name": 30,
        "post_name": 20,
        "volunteer_no": 14,
        "pledge": 40,
        "valid_from": 12,
        "valid_until": 12,
        "standing": 12,
        "reason_code": 20,
    },
    words={"standing": "choices", "reason_code": "choices"},
)
