"""Persons by the list: a file is read, looked at row by row, and entered as a whole or not."""
