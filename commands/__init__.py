"""What may happen, and how to ask."""
