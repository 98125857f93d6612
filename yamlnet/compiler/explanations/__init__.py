"""Why a layer cannot be called as it is written, from the shapes that it reads: the same on every backend."""
