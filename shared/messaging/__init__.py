"""Events from one store to the others: nothing lost, nothing twice, in order per aggregate."""
