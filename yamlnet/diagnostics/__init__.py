"""What a problem is, and how it is shown."""
