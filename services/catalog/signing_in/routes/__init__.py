"""The identity provider over HTTP: its pages, discovery, tokens and signing out."""
