"""The territory tree: official regions, and the grids and buildings below them."""
