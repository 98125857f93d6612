"""What is told of the data before training: columns, classes, what looks wrong."""
