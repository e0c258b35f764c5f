"""Where people are told: an address counts when its owner has confirmed it by a code that was sent there."""
