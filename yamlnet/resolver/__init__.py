"""From the user's words to a flat plan: parameters, expressions, blocks, loops, names."""
