"""Incentive: the books and the counter for volunteer service and community points."""
