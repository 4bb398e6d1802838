"""One person entered twice: one of the two entries is closed and leads to the other."""
