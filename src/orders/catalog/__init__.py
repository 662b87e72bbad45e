"""The catalogue that may stand beside the orders: customers, and products with their prices and their stock."""
