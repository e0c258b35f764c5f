"""The cores of relay, consumer and inbox on a simulated store and broker, in every order that a seed brings about."""
