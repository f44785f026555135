"""`nianbao demo`: a season of an invented county in two minutes."""
