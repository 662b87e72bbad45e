# Debian's Chromium, which its driver starts anew for each who asks.

install_chromium() {
  have chromedriver || debian_packages chromium chromium-driver
}

launch_chromium() {
  local port rest
  read -r port rest < <(ports chromium)
  launch chromium env HOME="$state/chromium" chromedriver --port="$port"
}

speaks_chromium() { is_greeted "$1" 'GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n'; }

place_chromium() { printf 'export TEST_WEBDRIVER=http://127.0.0.1:%s\n' "$1"; }
