"""Notices on personal data in versions, and who agreed to which of them."""
