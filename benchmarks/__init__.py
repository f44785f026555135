"""What reading costs, as ratios in one run: machines differ, ratios hold."""
