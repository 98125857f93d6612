"""The files that a source names: found, fetched, unpacked, and what is wrong in them."""
