"""What the events mean: tables, metrics, motivation, questions and documents."""
