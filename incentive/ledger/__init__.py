"""The double-entry ledger: accounts, postings, holds, and the checks that prove them.

It knows nobody: owners and sources are opaque texts. It is written only through SQL
functions owned by a role that nobody logs in as (see migrations).
"""
