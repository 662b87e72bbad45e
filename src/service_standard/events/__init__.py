"""Events on their way out: the outbox, the relay that sends them, the feed, and what operators see and mend."""
