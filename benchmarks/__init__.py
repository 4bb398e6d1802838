"""Each figure that the project claims, with its reference measured in the same run."""
