"""Personal API tokens: a program's way in, with a part of what its person may."""
