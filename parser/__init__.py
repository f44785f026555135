"""Bytes in, report out. Pure: no network, no clock, no configuration."""
