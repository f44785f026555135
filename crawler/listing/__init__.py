"""Reading the lists of a portal: what stands on them, and whether it was all."""
