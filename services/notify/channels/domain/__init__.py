"""What all channels have in common; no framework, no I/O."""
