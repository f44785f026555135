"""What is told by mail and other ways: composing, keeping until it is sent, sending."""
