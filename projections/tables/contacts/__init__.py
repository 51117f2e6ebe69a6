"""Calls, letters, meetings, messages."""
