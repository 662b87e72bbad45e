"""The Orders service: rules, storage and handlers behind the contract in `openapi/orders.yaml`."""
