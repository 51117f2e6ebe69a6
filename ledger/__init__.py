"""What happened: events, the append-only store, and the server it lives on."""
