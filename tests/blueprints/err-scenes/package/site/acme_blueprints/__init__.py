"""A package that offers blueprints."""
