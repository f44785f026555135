"""Who does work that somebody begins and waits for: one interface, and the ways to run it."""
