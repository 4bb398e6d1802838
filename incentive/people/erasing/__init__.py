"""Erasing a person: asked for, thought over, done for good, and taken up if it was broken off."""
