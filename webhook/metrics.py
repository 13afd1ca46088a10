"""Counts and times for whoever runs Linden: of requests and parts, never of people or what they said.

Small counts are not shown: every count is rounded down to a multiple of ROUND_TO, so that no single event, and no
difference of one between two readings, can be told (docs/security.md).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

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
    """Return the counts of a registry, rounded down, as Prometheus reads them."""
    return generate_latest(Rounded(registry))  # type: ignore[arg-type]


def serve(host: str, port: int) -> None:
    """Answer Prometheus on an address of its own, for every process of this front door; never on the public one."""
    source = CollectorRegistry()
    MultiProcessCollector(source)  # type: ignore[no-untyped-call]

    def page(_: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [exposition(source)]

    server = make_server(host, port, page, handler_class=_Silent)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


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


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep no log of who asked."""
