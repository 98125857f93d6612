"""A package that offers blueprints."""

raise RuntimeError("a package is not imported for its files")
