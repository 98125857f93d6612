"""What the gallery's blueprints are trained on and held against: a module for each field."""
