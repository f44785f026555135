"""What a portal answered, packed so that it can be asked again without a network."""
