"""All checks, one after the other; one that fails itself is a finding too."""

from collections.abc import Callable, Sequence

import structlog

from website import clock
from website.doctor import machine, traffic
from website.doctor.findings import Finding, Level, Patient, bad
from website.mail.alarms import raise_alarm
from website.web.services import Services

log = structlog.get_logger()
Check = Callable[[Patient], Finding]
CHECKS: tuple[Check, ...] = (
    machine.settings,
    machine.secrets,
    machine.database,
    machine.migrations,
    machine.disk,
    machine.clock,
    machine.worker,
    traffic.webhook,
    machine.comparison,
    traffic.stripe,
    traffic.mail,
    machine.last_backup,
    machine.last_restore_test,
    traffic.alarms,
)
WATCHED: tuple[Check, ...] = (machine.disk, machine.clock, machine.last_backup, machine.last_restore_test)
WATCH_EVERY_SECONDS = 3600.0


def examine(patient: Patient, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What every check finds."""
    return [_safely(check, patient) for check in checks]


def _safely(check: Check, patient: Patient) -> Finding:
    try:
        return check(patient)
    except Exception as wrong:  # a database that is away must not hide a full disk
        log.warning("check failed", check=check.__name__, problem=type(wrong).__name__)
        return bad(
            check.__name__.replace("_", " "), f"could not be checked: {type(wrong).__name__}", "See the log."
        )


def worst(findings: Sequence[Finding]) -> Level:
    """The worst of them."""
    levels = {each.level for each in findings}
    return next((level for level in (Level.BAD, Level.LOOK) if level in levels), Level.WELL)


def watch(services: Services) -> bool:
    """A step of the worker: an alarm for what must not wait until somebody looks. Never asks for another turn."""
    patient = Patient(services.settings, services.db, clock.now())
    wrong = [each for each in examine(patient, WATCHED) if each.level is Level.BAD]
    if wrong:
        with services.db.write() as session:
            for each in wrong:
                raise_alarm(
                    session, f"doctor:{each.check}", f"Look at the {each.check}", f"{each.says}. {each.mend}"
                )
    return False
