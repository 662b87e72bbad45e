-- Creates orders, each under a key of its own. Arguments: what the keys begin with.
require "report"
local head, keys
local number = 0

function init(args)
  head, keys = prepare(args), args[3]
end

function request()
  number = number + 1
  local body = '{"customerId": "customer-' .. number % 1000 .. '", "items": ["item-1", "item-2", "item-3"], "metadata": {"channel": "web"}}'
  return text("POST", "/orders", head .. "Idempotency-Key: " .. keys .. number .. "\r\n", body)
end
