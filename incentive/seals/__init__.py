"""The sealed books to the outside: checkpoints, keys and proofs, over HTTP."""
