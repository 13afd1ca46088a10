"""What a person of a helpline may do: each has one role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role, by the name it is stored and given on the command line."""

    WORKER = "worker"
    LEAD = "on-call-lead"
    SAFEGUARDING = "safeguarding"
    SUPERVISOR = "supervisor"  # queue health, never content
    EDITOR = "directory-editor"


CALLERS = (Role.WORKER, Role.LEAD, Role.SAFEGUARDING)  # have a key, and ring
LEADS = (Role.LEAD, Role.SAFEGUARDING)  # settle what others cannot
AUDITORS = (Role.LEAD, Role.SAFEGUARDING, Role.SUPERVISOR)
