"""Closing a station's day: its figures, signed; what comes later shows as coming later."""
