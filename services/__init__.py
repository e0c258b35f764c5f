"""The four services, each deployed by itself, and the process that embeds them all."""
