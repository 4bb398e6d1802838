"""Sessions: opened half or whole, listed, and ended one by one or all at once."""
