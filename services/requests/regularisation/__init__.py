"""Regularisation (常态化): what a township needs again and again is proposed as a recurring service, with evidence."""
