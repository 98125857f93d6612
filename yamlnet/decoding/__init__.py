"""Tokens that a trained model writes, one after another."""
