"""Answers made of several tables, on the shelf of their subject."""
