"""Proves an exported ledger with the file and a public key, and nothing else.

It imports the standard library, `cryptography` for Ed25519, and nothing of the application: copy
this folder anywhere and run `python -m verifier EXPORT --key PUB`. To read it takes ten minutes:
`proofs` (hashes and signatures), `books` (what must hold of the entries), `rows` and `exports`
(the file), `receipts` (a single transaction). docs/ledger.md defines the formats, and says what a success proves and what it does not.
"""
