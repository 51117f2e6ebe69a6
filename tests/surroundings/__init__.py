"""What the tests run in: which group of them, on which servers, clocks and Pythons."""
