"""The shapes of tensors as arguments tell them, without Keras: a family of rules in each module."""
