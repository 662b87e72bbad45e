"""From start to stop: the parts of a process, its work in the background, readiness and drain."""
