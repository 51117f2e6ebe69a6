"""Every metric defined once, and to whom it is credited."""
