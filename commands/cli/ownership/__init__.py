"""Whose a client is, and who it passes to."""
