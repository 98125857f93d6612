"""Weights from elsewhere, and what of the models is learnt: before training, and from epoch to epoch."""
