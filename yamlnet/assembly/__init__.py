"""From the files that a blueprint names to one document: imports, bases, variants, `--set`."""
