"""What every layer may use, the domain included: clock, ids, errors, aggregates."""
