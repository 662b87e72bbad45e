-- What every script shares: the answer's figures as one line of JSON, and the pace, if one is asked for.
-- Arguments: the token, the pace in requests a second (0: as fast as it goes), then those of the script itself.

local ffi = require "ffi"
ffi.cdef [[ typedef struct { long seconds; long nanoseconds; } bench_time; int clock_gettime(int, bench_time *); ]]
local reading = ffi.new "bench_time"

local function now()
  ffi.C.clock_gettime(1, reading)
  return tonumber(reading.seconds) * 1000 + tonumber(reading.nanoseconds) / 1e6
end

-- Each request has its time, whether the ones before were answered or not; wrk's timer knows whole milliseconds.
local function paced(rate)
  local due = now()
  return function()
    due = due + 1000 / rate
    return math.max(0, math.floor(due - now() + 0.5))
  end
end

function prepare(args)
  local rate = tonumber(args[2])
  if rate > 0 then delay = paced(rate) end
  return "Host: bench\r\nAuthorization: Bearer " .. args[1] .. "\r\n"
end

function text(method, path, head, body)
  local length = body and "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n" or ""
  return method .. " " .. path .. " HTTP/1.1\r\n" .. head .. length .. "\r\n" .. (body or "")
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50_us": %d, "p99_us": %d, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
