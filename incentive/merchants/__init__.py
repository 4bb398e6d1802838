"""Merchants and sponsors: what goods cost, who pays for those given out, and that it was paid."""
