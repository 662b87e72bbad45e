"""What others run the image by: docker-compose.yml and the manifests for Kubernetes, held to the service."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

import pytest
import yaml

from orders.settings import OrdersSettings
from service_standard.http.server import GRACE_SECONDS
from tests.image.composition import OURS, SERVICES
from tests.sources import ROOT

VERSION: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()
KUBERNETES: Final = ROOT / "deploy/kubernetes"
KUSTOMIZATION: Final = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
MANIFESTS: Final = [
    manifest for name in KUSTOMIZATION["resources"] for manifest in yaml.safe_load_all((KUBERNETES / name).read_text())
]
# What docs/operations.md leaves for background work, relay, database and telemetry, of 30 seconds in all.
CLOSING_SECONDS: Final = 15
KNOWN: Final = frozenset(name.upper() for name in OrdersSettings.model_fields)
MIGRATION: Final = f"orders-migrate-{VERSION.replace('.', '-')}"
# The command of each workload.
WORKLOADS: Final = {"orders": "serve", "orders-relay": "relay", MIGRATION: "migrate"}


def named(kind: str, name: str = "orders") -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


def pod(name: str) -> dict[str, Any]:
    """What a workload runs."""
    found: dict[str, Any] = named("Job" if name == MIGRATION else "Deployment", name)["spec"]["template"]["spec"]
    return found


def container(name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = pod(name)["containers"]
    return found


# The composition


def _environments() -> Iterator[tuple[str, str]]:
    for service in SERVICES.values():
        yield from service.get("environment", {}).items()


def _secrets() -> Iterator[str]:
    """The values that are secret, and the passwords inside URLs."""
    for name, value in _environments():
        if re.search("SECRET|PASS|TOKEN|_KEY", name):
            yield value
        yield from re.findall(r"://[^:/]+:(.+)@", value)


def test_no_secret_has_a_default() -> None:
    parts = list(_secrets())
    assert len(parts) > 3
    assert [part for part in parts if not re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", part)] == []


def test_the_example_of_an_environment_names_each_secret_and_gives_none() -> None:
    named = {re.sub(r"\$\{([A-Z_]+).*", r"\1=", part) for part in _secrets()}
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = {line for line in lines if line and not line.startswith("#")}
    assert {line for line in given if not line.startswith("COMPOSE_PROFILES=")} == named


def test_the_containers_set_only_what_the_service_knows() -> None:
    of_the_image = set(re.findall(r"(\w+)=\S", DOCKERFILE.rpartition("\nENV ")[2].partition("\nWORKDIR")[0]))
    in_compose = set(chain.from_iterable(SERVICES[name]["environment"] for name in OURS))
    assert {name for name in of_the_image | in_compose if name != "PATH" and not name.startswith("PYTHON")} <= KNOWN


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_container_of_ours_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == f"orders:{VERSION}"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(OURS - {"orders"}))
def test_what_serves_nothing_is_not_probed(name: str) -> None:
    assert SERVICES[name]["healthcheck"] == {"disable": True}


def test_only_the_sample_is_in_development() -> None:
    kinds = {name: SERVICES[name]["environment"]["ENVIRONMENT"] for name in OURS}
    assert {name for name, kind in kinds.items() if kind != "production"} == {"sample"}


def test_a_profile_is_a_broker_and_the_relay_to_it() -> None:
    profiles = {name: service.get("profiles", []) for name, service in SERVICES.items()}
    assert {name for name, found in profiles.items() if found == ["kafka"]} == {
        "kafka",
        "kafka-topic",
        "relay-to-kafka",
    }
    assert {name for name, found in profiles.items() if found == ["rabbitmq"]} == {"rabbitmq", "relay-to-rabbitmq"}
    chosen = re.findall(r"^COMPOSE_PROFILES=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert chosen == ["kafka,rabbitmq"]


def test_who_is_waited_for_says_when_it_is_there() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            condition = wait["condition"]
            assert condition != "service_healthy" or other == "orders" or "test" in SERVICES[other]["healthcheck"]
            assert condition != "service_completed_successfully" or "restart" not in SERVICES[other]


def test_every_published_port_is_on_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_image_is_pinned() -> None:
    assert [s["image"] for s in SERVICES.values() if not re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", s["image"])] == []


# Kubernetes


def test_every_workload_runs_its_command_of_this_version() -> None:
    assert {name: container(name)["args"] for name in WORKLOADS} == {n: [does] for n, does in WORKLOADS.items()}
    assert {container(name)["image"] for name in WORKLOADS} == {f"orders:{VERSION}"}
    assert [image["newTag"] for image in KUSTOMIZATION["images"]] == [VERSION]


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_pod_is_confined_and_bounded(name: str) -> None:
    user, group = map(int, re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[0])
    assert pod(name)["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": group,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod(name)["automountServiceAccountToken"] is False
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    resources = container(name)["resources"]
    assert {*resources["requests"], *resources["limits"]} == {"cpu", "memory"}


def test_the_pods_are_told_only_what_the_service_knows_and_no_secret() -> None:
    told: Mapping[str, str] = named("ConfigMap")["data"]
    own = {entry["name"] for name in WORKLOADS for entry in container(name).get("env", [])}
    assert told.keys() | own <= KNOWN
    assert not {name for name in told if re.search("SECRET|PASS|TOKEN|_KEY|DATABASE", name)}
    assert told["EVENT_RELAY"] == "off"


def test_a_pod_has_time_to_drain_and_is_seen_draining() -> None:
    (drain,) = (float(entry["value"]) for entry in container("orders")["env"] if entry["name"] == "DRAIN_SECONDS")
    probe = container("orders")["readinessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] + probe["timeoutSeconds"] < drain
    assert pod("orders")["terminationGracePeriodSeconds"] >= drain + 2 * GRACE_SECONDS + 5
    seconds = int(SERVICES["orders"]["stop_grace_period"].removesuffix("s"))
    assert (
        pod("orders")["terminationGracePeriodSeconds"]
        == pod("orders-relay")["terminationGracePeriodSeconds"]
        == seconds
    )


def test_the_probes_ask_what_the_contract_has() -> None:
    api = container("orders")
    assert [api[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")] == [
        "/healthz",
        "/healthz",
        "/readyz",
    ]
    assert {api[kind]["httpGet"]["port"] for kind in api if kind.endswith("Probe")} == {api["ports"][0]["name"]}
    assert api["ports"][0]["containerPort"] == OrdersSettings.model_fields["port"].default


@pytest.mark.parametrize("name", ["orders", "orders-relay"])
def test_a_disruption_leaves_somebody_at_work(name: str) -> None:
    deployment, budget = named("Deployment", name)["spec"], named("PodDisruptionBudget", name)["spec"]
    assert budget["selector"] == deployment["selector"]
    assert deployment["selector"]["matchLabels"].items() <= deployment["template"]["metadata"]["labels"].items()
    assert deployment["replicas"] - budget.get("maxUnavailable", deployment["replicas"] - 1) >= 1
