"""Warnings that points are about to expire."""
