"""Who did what: every administrative act, added to and never changed.

It knows nobody: actors, subjects and scopes are opaque texts. People's `acts` writes here for a
signed-in caller; the sealed books cover every row.
"""
