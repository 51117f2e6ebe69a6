"""Files whose bytes follow from a position."""
