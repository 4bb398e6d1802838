"""Disputes about points: they are held until somebody else than those concerned has decided."""
