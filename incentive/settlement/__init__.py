"""The background: verified service records become points, and old points expire."""
