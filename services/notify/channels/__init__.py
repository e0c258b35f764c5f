"""The ways beside the inbox by which a message reaches its recipient: one protocol, and the jobs that send."""
