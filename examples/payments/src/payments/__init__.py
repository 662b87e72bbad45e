"""The Payments service: rules, storage and handlers behind the contract in `openapi/payments.yaml`."""
