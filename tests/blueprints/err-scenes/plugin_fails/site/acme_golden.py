"""A package that lacks one of its own."""

import nothing_of_that_name  # noqa: F401
