"""What Keras and yamlnet offer, as data: names, arguments, defaults, types, one-line help."""
