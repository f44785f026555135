"""What is told by mail and otherwise: composing, keeping it, sending."""
