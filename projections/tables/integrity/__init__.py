"""Which ids the events name, and which of them begin what they name."""
