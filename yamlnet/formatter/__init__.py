"""A blueprint's text becomes the same blueprint in the house style: only white space and quotes change."""
