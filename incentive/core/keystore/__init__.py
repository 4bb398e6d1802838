"""The keys of personal data: one random key for each person, in a database beside the books.

Whoever holds the books alone reads nobody's name; and a person whose key was destroyed is
unreadable in every copy of the books ever made (docs/decisions/0010).
"""
