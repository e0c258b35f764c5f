"""Whom one may call: the contacts of agencies, teams and townships, sealed where they are kept."""
