"""The recipes under deploy/, checked without a cluster or a container engine: whole, closed, small, and true to the code."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
OBJECTS = [item for path in sorted(FOLDER.glob("*.yml")) for item in yaml.safe_load_all(path.read_text("utf-8")) if item]
DEPLOYMENTS = [item for item in OBJECTS if item["kind"] == "Deployment"]
PODS = [item for item in OBJECTS if item["kind"] in ("Deployment", "Job")]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text("utf-8"))
OURS = ("web", "rasa", "actions", "prepare")


def name(item: dict) -> str:
    return item["metadata"]["name"] if "metadata" in item else str(item)


def pod(item: dict) -> dict:
    return item["spec"]["template"]["spec"]


def of_kind(kind: str) -> dict[str, dict]:
    return {name(item): item for item in OBJECTS if item["kind"] == kind}


@pytest.mark.parametrize("item", PODS, ids=name)
def test_a_pod_runs_as_nobody_in_particular_and_can_write_nothing_but_its_own(item: dict) -> None:
    assert pod(item)["securityContext"]["runAsNonRoot"] is True
    assert pod(item)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(item)["automountServiceAccountToken"] is False
    for container in pod(item)["containers"]:
        held = container["securityContext"]
        assert held == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


@pytest.mark.parametrize("item", DEPLOYMENTS, ids=name)
def test_a_program_is_asked_how_it_is(item: dict) -> None:
    for container in pod(item)["containers"]:
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)


def test_a_front_door_without_its_database_still_gets_people() -> None:
    (web,) = pod(of_kind("Deployment")["web"])["containers"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/healthz"


@pytest.mark.parametrize("program", ["web", "rasa", "actions"])
def test_every_program_of_ours_is_several_and_may_grow(program: str) -> None:
    assert of_kind("Deployment")[program]["spec"]["replicas"] >= 2
    assert of_kind("PodDisruptionBudget")[program]["spec"]["minAvailable"] >= 1
    grown = of_kind("HorizontalPodAutoscaler")[program]["spec"]
    assert grown["minReplicas"] >= 2
    assert grown["scaleTargetRef"]["name"] == program
    assert program in of_kind("Service")


def test_nothing_may_leave_the_cluster_but_for_the_database() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies["deny-all"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    outside = {
        (key, to["ipBlock"]["cidr"])
        for key, policy in policies.items()
        for rule in policy["spec"].get("egress", ())
        for to in rule.get("to", ())
        if "ipBlock" in to
    }
    assert {key for key, _ in outside} == {"database"}
    assert all(address.endswith("/32") for _, address in outside)
    assert all(rule.get("to") for policy in policies.values() for rule in policy["spec"].get("egress", ())), "an empty `to` means anywhere"


def test_every_file_is_named_in_the_kustomization() -> None:
    named = set(yaml.safe_load((FOLDER / "kustomization.yml").read_text("utf-8"))["resources"])
    assert named == {path.name for path in FOLDER.glob("*.yml")} - {"kustomization.yml"}


def test_kustomize_puts_it_together() -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine; the other tests read the files themselves")
    made = subprocess.run(["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=True).stdout
    objects = [item for item in yaml.safe_load_all(made) if item]
    assert len(objects) == len([item for item in OBJECTS if item["kind"] != "Kustomization"]) + 1, "and the generated settings"
    assert all(item["metadata"].get("namespace") == "linden" for item in objects if item["kind"] != "Namespace")


def test_redis_keeps_nothing() -> None:
    for words in (" ".join(pod(of_kind("Deployment")["redis"])["containers"][0]["args"]), " ".join(COMPOSE["services"]["redis"]["command"])):
        assert re.search(r'--save (""|\s)', words)
        assert "--appendonly no" in words
        assert "volatile-ttl" in words


@pytest.mark.parametrize("program", sorted(COMPOSE["services"]))
def test_in_compose_only_caddy_can_be_reached_or_can_reach_out(program: str) -> None:
    service = COMPOSE["services"][program]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert ("outside" in service["networks"]) == ("ports" in service) == (program == "caddy")
    if program in OURS:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_no_secret_stands_in_a_recipe() -> None:
    settings = {key: value for service in COMPOSE["services"].values() for key, value in (service.get("environment") or {}).items()}
    for key, value in settings.items():
        if any(word in key for word in ("PASSWORD", "SECRET", "TOKEN")):
            assert value.startswith("${"), f"{key} is spelled out"
    assert "Secret" not in {item["kind"] for item in OBJECTS}


def test_every_setting_is_one_the_programs_read() -> None:
    code = "\n".join(path.read_text("utf-8") for part in ("webhook", "bot", "actions", "tools") for path in (ROOT / part).rglob("*.py"))
    code += (ROOT / "gunicorn.conf.py").read_text("utf-8") + (ROOT / "endpoints.yml").read_text("utf-8")
    given = {key for program in OURS for key in COMPOSE["services"][program].get("environment", ())}
    for item in OBJECTS:
        if item["kind"] == "Kustomization":
            given |= {literal.split("=")[0] for maker in item["configMapGenerator"] for literal in maker["literals"]}
    for deployment in (item for item in DEPLOYMENTS if name(item) in OURS):
        given |= {entry["name"] for entry in pod(deployment)["containers"][0]["env"]}
    assert {key for key in given if key not in code} == set()


@pytest.mark.parametrize("path", ["Caddyfile", "rasa.Caddyfile"])
def test_caddy_accepts_its_file(path: str, tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        pytest.skip("Caddy is not on this machine: apt-get install caddy")
    env = {"SITE_ADDRESS": "linden.example", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(ROOT / "deploy" / path)]
    assert subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


def test_the_image_runs_as_nobody_and_is_installed_from_the_hashed_lock() -> None:
    recipe = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    assert "USER 10001:10001" in recipe
    assert "make setup" in recipe
    assert not re.search(r"pip install|curl|wget", recipe)
