"""Goods of a station: why and when their number changed, one row per change."""
