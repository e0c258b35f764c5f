"""HTTP: routes that all services have, problem details, texts in the reader's language."""
