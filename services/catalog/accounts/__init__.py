"""Accounts, how their owners prove who they are, and where they are signed in."""
