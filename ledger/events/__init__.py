"""The event classes, one file per subject."""
