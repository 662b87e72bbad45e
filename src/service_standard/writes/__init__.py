"""The write path: one transaction for each change, and each key's change only once."""
