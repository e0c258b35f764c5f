"""Who stands at which booth: named volunteers, checked against every rule."""
