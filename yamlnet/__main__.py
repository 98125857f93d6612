"""`python -m yamlnet` is the command `yamlnet`."""

from yamlnet.cli.main import main

main()
