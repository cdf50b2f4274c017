"""The image and the compose file keep their promises. `make image` builds the image; here only what can be read is held."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.units import ROOT
from tests.going_live.document import DOCUMENT

FOLDER = ROOT / "deploy" / "container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
STEPS = [line.split(None, 1) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
CLUSTER: dict[str, Any] = yaml.safe_load((FOLDER / "compose.cluster.yaml").read_text("utf-8"))
NGINX = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
OURS = ("migrate", "web", "worker")


def last_stage() -> list[list[str]]:
    begin = max(index for index, step in enumerate(STEPS) if step[0] == "FROM")
    return STEPS[begin:]


def test_the_image_runs_as_nobody_special_and_says_whether_it_is_well() -> None:
    steps = dict(last_stage())
    assert steps["USER"].split(":")[0].isdigit()
    assert int(steps["USER"].split(":")[0]) > 1000
    assert "/readyz" in steps["HEALTHCHECK"]
    assert steps["ENTRYPOINT"] == '["carrel"]'
    order = [step[0] for step in last_stage()]
    assert order.index("USER") > max(index for index, name in enumerate(order) if name in {"RUN", "COPY"})


def test_only_pinned_packages_go_into_it() -> None:
    installs = re.findall(r"pip install ([^&\n]*)", DOCKERFILE)
    assert len(installs) == 3
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)


def test_no_base_is_left_to_chance() -> None:
    bases = [step[1].split()[0] for step in STEPS if step[0] == "FROM"]
    images = [service["image"] for service in COMPOSE["services"].values() if service["image"] != "carrel"]
    for image in [*bases, *images]:
        assert re.search(r":\d[\w.-]*$", image), image


def test_what_is_copied_is_there_and_secrets_are_not() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*"
    for line in ignored:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line
            assert not line.startswith(("!var", "!deploy/container"))


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_write_but_into_their_home(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["home:/var/lib/carrel"]
    assert "ports" not in service or name == "web"


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("KEY", "PASSWORD", "SECRET", "URL")):
                assert name.endswith("_FILE"), name
                assert value.removeprefix("/run/secrets/") in COMPOSE["secrets"]
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_everything_it_refers_to_is_declared() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        named = {each.split(":")[0] for each in service.get("volumes", []) if not each.startswith((".", "/"))}
        assert named <= set(COMPOSE["volumes"])


def test_nginx_finds_the_website_where_the_shipped_configuration_says_and_nobody_else_does() -> None:
    web, nginx = COMPOSE["services"]["web"], COMPOSE["services"]["nginx"]
    server = re.search(r"server (127\.0\.0\.1:\d+);", NGINX)
    assert server
    assert web["ports"] == [f"{server[1]}:8000"]
    assert web["command"][-1] == "0.0.0.0:8000"
    assert nginx["network_mode"] == "host"  # where it sees the visitors' own addresses


def test_what_nginx_keeps_is_in_memory_and_what_it_logs_goes_to_docker() -> None:
    nginx = COMPOSE["services"]["nginx"]
    kept = re.search(r"proxy_cache_path (\S+) ", NGINX)
    assert kept
    assert kept[1].rpartition("/")[0] in nginx["tmpfs"]
    logs = set(re.findall(r"access_log (\S+) ", NGINX))
    assert [f"s|{log}|/dev/stdout|" in DOCUMENT.read_text("utf-8") for log in logs] == [True]


def test_the_database_is_not_well_before_it_answers_over_the_network() -> None:
    """While the image makes the database, a server answers at the socket, and ends: who came then would fail."""
    test = COMPOSE["services"]["database"]["healthcheck"]["test"]
    assert test[test.index("-h") + 1] == "127.0.0.1"


def test_a_machine_of_a_cluster_is_one_of_ours_with_redis_and_a_bucket() -> None:
    ours, theirs = COMPOSE["services"], CLUSTER["services"]
    assert set(theirs) == set(OURS)
    own = {"image", "build", "depends_on", "command", "ports", "environment", "secrets"}
    for name in OURS:
        assert {key: theirs[name][key] for key in set(theirs[name]) - own} == {
            key: ours[name][key] for key in set(ours[name]) - own
        }
        added = {
            "REDIS_URL_FILE": "/run/secrets/redis_url",
            "S3_SECRET_ACCESS_KEY_FILE": "/run/secrets/s3_secret",
        }
        assert theirs[name]["environment"] == ours[name]["environment"] | added
        assert set(theirs[name]["secrets"]) == {*ours[name]["secrets"], "redis_url", "s3_secret"}
        assert set(theirs[name]["secrets"]) <= set(CLUSTER["secrets"])
    assert theirs["worker"]["command"] == ["worker", "--cluster"]
    assert "ARG PACKAGES=requirements.txt" in DOCKERFILE
    packages = theirs["worker"]["build"]["args"]["PACKAGES"]
    assert f"!deploy/{packages}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert f"deploy/{packages} " in DOCKERFILE
