"""What programs may ask at a fixed address: /api/v1."""
