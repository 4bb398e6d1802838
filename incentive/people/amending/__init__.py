"""Correcting what is kept of a person: they ask, and somebody of their community approves it."""
