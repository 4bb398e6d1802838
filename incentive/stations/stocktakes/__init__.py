"""Counting what lies on the shelves, and booking the differences by a second person."""
