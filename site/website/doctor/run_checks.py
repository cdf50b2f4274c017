"""All checks, one after the other; one that crashes is a finding too."""

from collections.abc import Callable, Sequence

import structlog

from carrel import clock
from carrel.findings import Finding, Level, error
from carrel.mail.alarms import raise_alarm
from carrel.services import Services
from website.doctor import (
    cluster_checks,
    domain_checks,
    machine_checks,
    storage_checks,
    stripe_checks,
    traffic_checks,
)
from website.doctor.check_context import CheckContext
from website.doctor.samples import samples

log = structlog.get_logger()
Check = Callable[[CheckContext], Finding]
CHECKS: tuple[Check, ...] = (
    machine_checks.settings,
    machine_checks.secrets,
    samples,
    machine_checks.network_ad,
    machine_checks.desk,
    machine_checks.database,
    machine_checks.migrations,
    machine_checks.disk,
    machine_checks.clock,
    machine_checks.worker,
    cluster_checks.cluster,
    traffic_checks.webhook,
    machine_checks.comparison,
    traffic_checks.stripe,
    stripe_checks.stripe_key,
    stripe_checks.refunds,
    traffic_checks.mail,
    domain_checks.mail_domain,
    storage_checks.pictures,
    machine_checks.last_backup,
    machine_checks.last_restore_test,
    storage_checks.backup_copies,
    traffic_checks.alarms,
)
ALARMING_CHECKS: tuple[Check, ...] = (
    machine_checks.disk,
    machine_checks.clock,
    machine_checks.last_backup,
    machine_checks.last_restore_test,
)
MACHINE_CHECKS: tuple[Check, ...] = (
    machine_checks.disk,
    machine_checks.clock,
)  # of each machine of a cluster
WATCH_EVERY_SECONDS = 3600.0


def run_all(site: CheckContext, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What every check finds."""
    return [_safely(check, site) for check in checks]


def _safely(check: Check, site: CheckContext) -> Finding:
    try:
        return check(site)
    except Exception as problem:  # a database that is away must not hide a full disk
        log.warning("check failed", check=check.__name__, problem=type(problem).__name__)
        return error(
            check.__name__.replace("_", " "),
            f"could not be checked: {type(problem).__name__}",
            "See the log.",
        )


def run_step(services: Services) -> bool:
    """A step of the worker: an alarm for what must not wait until somebody looks. Never asks for another turn."""
    return watch(services, ALARMING_CHECKS)


def watch(services: Services, checks: Sequence[Check]) -> bool:
    """The same for some of the checks."""
    site = CheckContext(services.settings, services.db, clock.now())
    failed = [finding for finding in run_all(site, checks) if finding.level is Level.ERROR]
    if failed:
        with services.db.write() as session:
            for finding in failed:
                raise_alarm(
                    session,
                    f"doctor:{finding.check}",
                    f"Look at the {finding.check}",
                    f"{finding.message}. {finding.fix}",
                )
    return False
