"""Fan-out to browsers: only what may vanish."""
