"""A new service, made from the template beside this file."""
