"""`nianbao demo`: a season of an invented county, lived through in two minutes on this machine."""
