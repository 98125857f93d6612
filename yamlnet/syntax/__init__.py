"""YAML as blueprints are written in it: a strict part of YAML 1.2, with every place kept."""
