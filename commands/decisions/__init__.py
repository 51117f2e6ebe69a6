"""What may happen: for each decision a state, `evolve` and a function that decides."""
