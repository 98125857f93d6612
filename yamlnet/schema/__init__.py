"""The user's own words: what a blueprint may say, checked for structure."""
