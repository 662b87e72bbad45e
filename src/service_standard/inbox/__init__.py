"""Events on their way in: each accepted once, applied in one transaction, parked when it cannot be."""
