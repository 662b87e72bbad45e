"""The schema of a service, which migrations take from step to step; each service keeps the files of its own steps."""
