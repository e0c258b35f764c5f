"""The OpenID Connect provider: the sign-in pages, tokens, signing keys and signing out."""
