"""The vendors' webhooks, over HTTP."""
