"""From bytes to records. No network, no clock, no files but its own tables."""
