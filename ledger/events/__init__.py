"""The facts, one file per stream."""
