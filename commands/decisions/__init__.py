"""What may happen: state, evolve and decide."""
