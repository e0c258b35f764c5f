"""Stores: one code path for PostgreSQL (psycopg 3) and SQLite (WAL)."""
