-- Advances each seeded order to paid; when all are, each to shipped; then to delivered. Arguments: as for get.
require "report"
local head, prefix, count
local number = 0
local statuses = { "paid", "shipped", "delivered" }

function init(args)
  head, prefix, count = prepare(args), args[3], tonumber(args[4])
end

function request()
  local version = math.floor(number / count) + 1
  local path = "/orders/" .. prefix .. string.format("%012x", number % count + 1)
  number = number + 1
  return text("PATCH", path, head .. 'If-Match: "' .. version .. '"\r\n', '{"status": "' .. (statuses[version] or "none") .. '"}')
end
