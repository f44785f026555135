"""Years of a running daemon by an accelerated clock: `python -m tests.life`."""
