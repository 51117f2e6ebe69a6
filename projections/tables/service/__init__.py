"""Service cases."""
