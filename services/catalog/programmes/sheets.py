"""What an Excel file says of where each window stands in a programme."""

from shared.http.exports import Sheet

STAGES = Sheet(
    "window_stages",
    {
        "window_name": 30,
        "number": 8,
        "name": 20,
        "starts_on": 12,
        "ends_on": 12,
        "state": 14,
        "is_late": 10,
        "is_overdue": 10,
        "handed_in_at": 17,
    },
    words={"state": "states.window_stage", "is_late": "choices", "is_overdue": "choices"},
)
