"""Editions of the menu: drafted, published, withdrawn."""
