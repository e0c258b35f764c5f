"""Programmes of stages through which windows go: what each asks for, evidence, and what is overdue."""
