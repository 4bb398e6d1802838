"""Devices: scanners of one shift and counters of one station, paired by a code and ended at once."""
