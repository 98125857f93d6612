"""What a column holds, as arrays: numbers, lists, categories, moments."""
