"""Codes, scans, attendance, and the service records that they make."""
