"""Manual adjustments and reversals: with a reason, above a limit by two, never deleting anything."""
