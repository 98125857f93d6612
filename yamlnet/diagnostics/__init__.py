"""Problems, their places, and how they are told."""
