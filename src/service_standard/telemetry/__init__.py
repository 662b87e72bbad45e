"""What is told of a running service: log lines, spans, and where both and the figures go."""
