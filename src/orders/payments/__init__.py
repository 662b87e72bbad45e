"""Payments and refunds: what each does to an order, whether it is told by an event or over HTTP."""
