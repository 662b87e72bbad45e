"""The contract's operations bound to their handlers: the gate, the routes, and what must agree before a start."""
