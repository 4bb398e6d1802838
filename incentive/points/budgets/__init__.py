"""How many points a region may issue in a month, a quarter or a year."""
