"""The directory from tables: a file is read, its columns understood, its rows shown with their faults, and applied."""
