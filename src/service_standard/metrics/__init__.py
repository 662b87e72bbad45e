"""Metrics: what is measured of requests, writes, connections and the event loop, and how it is read.

What is measured of events stands beside them, in `events.figures`. Nothing that a caller sends becomes the value of an
attribute, so the number of series has a bound that the contracts and the settings give.
"""
