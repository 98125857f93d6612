"""Text becomes a `Tree`: values, and beside them the place of every key and value."""
