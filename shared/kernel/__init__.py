"""The few words every layer may use, the domain included: clock, ids, errors, aggregate."""
