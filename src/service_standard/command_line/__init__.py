"""The command line of a service; each command is the module of its name, imported only when it is given."""
