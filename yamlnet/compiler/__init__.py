"""From a plan to Keras: the first room that may import it."""
