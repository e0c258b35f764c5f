"""Residents draw tickets, stewards call them, and what that measured sizes the next booth."""
