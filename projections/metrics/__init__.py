"""Every metric defined once, its evidence, and to whom that evidence is credited."""
