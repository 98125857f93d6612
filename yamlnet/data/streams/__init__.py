"""Rows that memory does not hold: read some after others."""
