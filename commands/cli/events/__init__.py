"""The events themselves."""
