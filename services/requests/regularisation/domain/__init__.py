"""The rules of regularisation: what counts as evidence, when it suffices, and what becomes of a proposal."""
