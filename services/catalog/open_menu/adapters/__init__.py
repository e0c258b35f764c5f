"""Foreign formats: Open Referral's objects, and pages to print."""
