"""The outermost stops of a request: the protocol, limits, admission, the access line; every refusal is answered."""
