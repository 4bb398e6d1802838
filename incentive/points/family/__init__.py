"""Who may give points to whom: family members, once both have agreed."""
