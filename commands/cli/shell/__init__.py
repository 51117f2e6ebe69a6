"""What all commands share: options, formats, progress."""
