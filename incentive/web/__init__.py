"""The pages' frame: layout, parts, home and error pages."""
