# Kafka 4.1 as one node, from the libraries that Maven copies.

kafka_libraries() { printf '%s/kafka-%s' "$cache" "$(cksum <"$parts/kafka.xml" | cut -d ' ' -f 1)"; }

install_kafka() {
  have java || debian_packages default-jre-headless || return
  local libraries; libraries=$(kafka_libraries)
  [[ -d $libraries ]] && return
  have mvn || debian_packages maven || return
  say "copying Kafka's libraries with Maven"
  local partial; mkdir -p "$cache" && partial=$(mktemp -d "$cache/partial.XXXXXX") || return
  timeout --foreground 600 mvn --quiet --batch-mode --file "$parts/kafka.xml" \
    dependency:copy-dependencies -DoutputDirectory="$partial" >"$state/maven.log" 2>&1 &&
    mv --no-target-directory "$partial" "$libraries" ||
    { tail -n 3 "$state/maven.log" >&2; rm -rf "$partial"; return 1; }
}

launch_kafka() {
  local dir=$state/kafka port controller java=(java -Xmx512m -XX:+UseSerialGC -cp "$(kafka_libraries)/*")
  read -r port controller _ < <(ports kafka)
  cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
log.dirs=$dir/data
num.partitions=3
auto.create.topics.enable=false
broker.session.timeout.ms=6000
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
END
  [[ -d $dir/data ]] ||
    "${java[@]}" kafka.tools.StorageTool format --cluster-id b3JkZXJzLXNlcnZpY2VzMA \
      --config "$dir/server.properties" >"$dir/log" 2>&1 || return
  launch kafka "${java[@]}" kafka.Kafka "$dir/server.properties"
}

# ApiVersions, version 0.
speaks_kafka() { is_greeted "$1" '\0\0\0\12\0\22\0\0\0\0\0\0\377\377'; }

place_kafka() { printf 'export TEST_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:%s\n' "$1"; }
