"""Order forms as Excel files: filled in where there is no network, and brought in as orders."""
