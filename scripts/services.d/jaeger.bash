# Jaeger 1.62 in one process, with its traces in memory, built by Go from its module.

jaeger_version=v1.62.0
jaeger_binary=$cache/jaeger-$jaeger_version

install_jaeger() {
  [[ -x $jaeger_binary ]] && return
  have go || { say "Jaeger is built with Go 1.22 or newer, which is not here"; return 1; }
  say "building Jaeger $jaeger_version with Go, which takes some minutes once"
  local source partial; mkdir -p "$cache" && partial=$(mktemp "$cache/partial.XXXXXX") || return
  # In the module's own directory, as `go install` refuses a module with replace directives. Not optimised, which takes
  # the compiler a quarter less.
  timeout --foreground 600 go mod download -json "github.com/jaegertracing/jaeger@$jaeger_version" >"$state/go.log" 2>&1 &&
    source=$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' "$state/go.log") &&
    timeout --foreground 1800 go -C "$source" build -buildvcs=false -gcflags='all=-N -l' \
      -o "$partial" ./cmd/all-in-one >"$state/go.log" 2>&1 &&
    mv --no-target-directory "$partial" "$jaeger_binary" ||
    { tail -n 3 "$state/go.log" >&2; rm -f "$partial"; return 1; }
}

launch_jaeger() {
  local otlp query grpc listener flags=()
  read -r otlp query grpc < <(ports jaeger)
  # What nobody asks listens on whatever loopback port is free: by default each has a fixed one, on all addresses.
  for listener in admin.http.host-port collector.grpc-server.host-port collector.http-server.host-port \
    query.grpc-server.host-port http-server.host-port processor.jaeger-binary.server-host-port \
    processor.jaeger-compact.server-host-port processor.zipkin-compact.server-host-port; do
    flags+=("--$listener=127.0.0.1:0")
  done
  launch jaeger env SPAN_STORAGE_TYPE=memory OTEL_TRACES_SAMPLER=always_off "$jaeger_binary" --memory.max-traces=10000 \
    --collector.otlp.http.host-port="127.0.0.1:$otlp" --query.http-server.host-port="127.0.0.1:$query" \
    --collector.otlp.grpc.host-port="127.0.0.1:$grpc" "${flags[@]}"
}

speaks_jaeger() { is_greeted "$1" 'GET / HTTP/1.0\r\n\r\n' && is_greeted "$2" 'GET / HTTP/1.0\r\n\r\n'; }

place_jaeger() {
  printf 'export TEST_JAEGER_OTLP=http://127.0.0.1:%s TEST_JAEGER_QUERY=http://127.0.0.1:%s' "$1" "$2"
  printf ' TEST_JAEGER_GRPC=http://127.0.0.1:%s\n' "$3"
}
