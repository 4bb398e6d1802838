"""Stations and points supermarkets: catalogue, stock, redemptions, and the station's ledger."""
