"""Every public event in one order, with one position: what other systems are told comes from here."""
