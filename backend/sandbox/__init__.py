"""Everything a laptop needs to be the whole city. Nothing outside imports it, and production refuses its secrets."""
