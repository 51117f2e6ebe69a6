"""What the events mean: tables, views and questions."""
