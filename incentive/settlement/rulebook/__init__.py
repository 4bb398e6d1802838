"""Rules that can be trusted: drafted, simulated on what was, approved by a second person."""
