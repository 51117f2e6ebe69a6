"""Tasks, calendars and how data is entered."""
