"""Files as people send them: what they are by their content, and pictures without what they say of persons."""
