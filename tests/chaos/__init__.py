"""A season in which everything goes wrong that a machine and the world around it can do: `make chaos`."""
