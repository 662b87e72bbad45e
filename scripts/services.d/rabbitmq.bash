# RabbitMQ as Debian has it.

install_rabbitmq() {
  [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || debian_packages rabbitmq-server
}

# Run without Debian's wrapper, which changes to a user that cannot read our directories.
launch_rabbitmq() {
  local dir=$state/rabbitmq port distribution epmd
  read -r port distribution epmd < <(ports rabbitmq)
  printf '[].' >"$dir/plugins"
  # Twice what an event may have, so that a test can send one that is too large.
  printf 'loopback_users = none\nmax_message_size = 131072\n' >"$dir/rabbitmq.conf"
  launch rabbitmq env HOME="$dir" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME="orders-$port@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
    RABBITMQ_DIST_PORT="$distribution" RABBITMQ_MNESIA_BASE="$dir/data" RABBITMQ_LOG_BASE="$dir/logs" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$dir/plugins" RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none" \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

speaks_rabbitmq() { is_greeted "$1" 'AMQP\0\0\11\1'; }

place_rabbitmq() { printf 'export TEST_RABBITMQ_URL=amqp://guest:guest@127.0.0.1:%s/\n' "$1"; }

# The port mapper that Erlang leaves behind is in nobody's process group.
clear_rabbitmq() { ERL_EPMD_PORT=$3 epmd -kill >/dev/null; }
