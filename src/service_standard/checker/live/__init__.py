"""The running service, as the checker speaks to it: bounded, and never more than it was told to do."""
