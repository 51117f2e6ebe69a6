"""Employees and units."""
