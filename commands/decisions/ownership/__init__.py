"""Whose a client is, and how it passes on."""
