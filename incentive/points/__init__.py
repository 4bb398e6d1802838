"""Everything that moves points besides earning and redeeming them, and the limits on it."""
