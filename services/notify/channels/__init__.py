"""The ways beside the inbox by which a message reaches its recipient: e-mail."""
