"""The audit log: who changed what, when, from where; written with the change, sealed into a chain."""
