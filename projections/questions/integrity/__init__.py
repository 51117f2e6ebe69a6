"""Ids that point nowhere, and what contradicts."""
