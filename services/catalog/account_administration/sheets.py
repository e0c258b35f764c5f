"""What an Excel file says of each account. Of passwords and second factors it says nothing."""

from shared.http.exports import Sheet

ACCOUNTS = Sheet(
    "accounts",
    {
        "login": 24,
        "name": 16,
        "roles": 30,
        "township_code": 16,
        "team_code": 16,
        "volunteer_no": 14,
        "state": 12,
        "made_at": 17,
    },
    words={"roles": "choices", "state": "states.account"},
)
