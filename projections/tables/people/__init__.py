"""Our own people and units."""
