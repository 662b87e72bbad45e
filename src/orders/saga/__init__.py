"""The saga: stock is reserved, a payment asked for, and the order paid, or cancelled with its stock returned."""
