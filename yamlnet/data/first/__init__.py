"""The first blueprint for a table."""
