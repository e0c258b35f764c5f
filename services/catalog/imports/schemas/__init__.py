"""Bodies and answers about imports, and what a table's cells must be."""
