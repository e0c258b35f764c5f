"""Mechanism and contracts that all services stand on; never a business rule."""
