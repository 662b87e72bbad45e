-- Sends the same request again and again. Arguments: method, path, a body or "", and "anonymous" to send no token.
require "report"
local same

function init(args)
  local head = prepare(args)
  if args[6] == "anonymous" then head = "Host: bench\r\n" end
  if args[3] == "POST" then head = head .. "Idempotency-Key: same\r\n" end
  same = text(args[3], args[4], head, args[5] ~= "" and args[5] or nil)
end

function request()
  return same
end
