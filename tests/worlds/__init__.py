"""What several tests live in: counties with their portals, the commands, and what a store holds."""
