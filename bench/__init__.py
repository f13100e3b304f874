"""How fast the hot paths are, each beside its floor: the least that the same work can take on the same machine."""
