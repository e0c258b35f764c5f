"""What an Excel file says of each window."""

from shared.http.exports import Sheet

WINDOWS = Sheet(
    "windows",
    {
        "code": 16,
        "name": 30,
        "name_en": 30,
        "kind_name": 20,
        "team_code": 16,
        "place": 30,
        "leads": 12,
        "state": 10,
        "posts": 10,
        "held": 10,
    },
    words={"state": "states.window", "leads": "choices"},
)
