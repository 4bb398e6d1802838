"""Guardians of minors: invited by the minor, or confirmed on paper; and what minors may serve."""
