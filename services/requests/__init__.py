"""requests: what townships need, and how they judge what they got (点单, 评单)."""
