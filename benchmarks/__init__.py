"""What reading costs, as ratios within one run: machines differ and are noisy, ratios hold."""
