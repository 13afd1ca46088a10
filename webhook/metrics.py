"""Counts and times for whoever runs Linden: of requests and parts, never of people or what they said.

Small counts are not shown: every count is rounded down to a multiple of ROUND_TO, so that no single event, and no
difference of one between two readings, can be told (docs/security.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

ROUND_TO = 5
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0)  # seconds; the budgets of architecture.md are among them


@dataclass(frozen=True)
class Metrics:
    """What is counted: requests by handler and kind of status with their time, and how Rasa and forged texts went."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    rasa: Counter

    @classmethod
    def make(cls) -> Metrics:
        """Return counters at nothing, in a registry of their own."""
        registry = CollectorRegistry()
        return cls(
            registry,
            Counter("linden_requests", "Requests by handler and kind of status.", ("handler", "status"), registry=registry),
            Histogram("linden_request_seconds", "Time to answer by handler.", ("handler",), buckets=BUCKETS, registry=registry),
            Counter("linden_rasa", "Turns by how Rasa answered: answered, late, failed, not asked.", ("outcome",), registry=registry),
        )

    def note(self, handler: str | None, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        name = handler or "none"
        self.requests.labels(name, f"{status // 100}xx").inc()
        self.seconds.labels(name).observe(seconds)


def exposition(registry: CollectorRegistry) -> bytes:
    """Return the counts of this process, or of every process of this front door, rounded down, as Prometheus reads them."""
    source = registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        source = CollectorRegistry()
        MultiProcessCollector(source)  # type: ignore[no-untyped-call]
    return generate_latest(Rounded(source))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Rounded:
    """A registry whose counts are rounded down, and left out where nothing is left."""

    source: CollectorRegistry

    def collect(self) -> Iterator[Metric]:
        """Give each metric with its rounded samples."""
        for metric in self.source.collect():
            shown = Metric(metric.name, metric.documentation, metric.type)
            shown.samples = list(rounded(metric.samples))
            yield shown


def rounded(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Give the samples that are left when every value is rounded down; the moments of first events are left out."""
    for sample in samples:
        value = sample.value // ROUND_TO * ROUND_TO
        if value and not sample.name.endswith("_created"):
            yield Sample(sample.name, sample.labels, value)
