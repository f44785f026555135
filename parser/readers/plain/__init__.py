"""The ways in which plain text keeps the places of a table."""
