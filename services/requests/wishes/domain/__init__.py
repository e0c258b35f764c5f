"""The rules of wishes: what each says, which are alike, and what becomes of those that are answered together."""
