-- Gets seeded orders, one after another. Arguments: what their ids begin with, and how many there are.
require "report"
local head, prefix, count
local number = 0

function init(args)
  head, prefix, count = prepare(args), args[3], tonumber(args[4])
end

function request()
  number = number % count + 1
  return text("GET", "/orders/" .. prefix .. string.format("%012x", number), head)
end
