"""Honours of posts and people: nominated, shown to the public, objected to, awarded, and ended."""
