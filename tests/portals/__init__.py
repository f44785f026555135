"""Simulated county portals on loopback: each family of content systems with its quirks, and their faults."""
