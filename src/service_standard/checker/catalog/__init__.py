"""One page of all services that have a manifest: who owns what, who sends which event to whom, and what is broken."""
