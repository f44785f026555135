"""Finding a county's columns of annual reports, from any page of its portal."""
