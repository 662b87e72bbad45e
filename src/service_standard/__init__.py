"""The Service Standard v1 as a library: what every service shares, and nothing about any one of them."""
