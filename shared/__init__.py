"""Mechanism and contracts that all services stand on; never a business rule."""

__version__ = "0.1.0"
