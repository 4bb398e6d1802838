"""How long each personal trace is kept, why, and the nightly run that ends it."""
