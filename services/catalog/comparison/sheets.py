"""What an Excel file says of each window and month; it can be corrected and imported again."""

from shared.http.exports import Sheet

FIGURES = Sheet(
    "window_figures",
    {
        "window_code": 20,
        "window_name": 30,
        "month": 12,
        "served": 10,
        "waits": 12,
        "wait_mean": 14,
        "wait_sd": 14,
        "ratings": 12,
        "rating_mean": 12,
        "rating_sd": 14,
    },
)
