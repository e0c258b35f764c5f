"""Nominations, publicity, objections and awards."""
