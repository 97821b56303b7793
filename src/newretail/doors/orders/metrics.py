"""GET /metrics for Prometheus: what the door answered and what the desks did."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from newretail.doors.orders import hooks
from newretail.trade.engine import Engine

CONTENT_TYPE = CONTENT_TYPE_LATEST.encode()
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class _Desks(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        orders = CounterMetricFamily("newretail_orders", "Orders by cell and verdict.", labels=["cell", "verdict"])
        batches = CounterMetricFamily("newretail_batches", "Batches committed.", labels=["cell"])
        busy = CounterMetricFamily("newretail_desk_busy_seconds", "Time a desk was at work.", labels=["cell"])
        waiting = GaugeMetricFamily("newretail_queue_tickets", "Tickets waiting at a desk.", labels=["cell"])
        for cell, (counters, queued) in self._engine.counters().items():
            orders.add_metric([cell, "accepted"], counters.accepted)
            orders.add_metric([cell, "replayed"], counters.replayed)
            orders.add_metric([cell, "unavailable"], counters.unavailable)
            for reason, number in list(counters.refused.items()):
                orders.add_metric([cell, reason], number)
            batches.add_metric([cell], counters.batches)
            busy.add_metric([cell], counters.busy_seconds)
            waiting.add_metric([cell], queued)
        yield from (orders, batches, busy, waiting)


class _Answers(Collector):
    """Plain counts, because the client library's locked counters cost as much as deciding the order."""

    def __init__(self) -> None:
        self.by_status: Counter[int] = Counter()
        self.by_bucket = [0] * (len(_BUCKETS) + 1)
        self.seconds = 0.0

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        told = CounterMetricFamily("newretail_webhooks", "Webhooks of providers.", labels=["provider", "outcome"])
        for (provider, outcome), number in sorted(hooks.counts.items()):
            told.add_metric([provider, outcome], number)
        yield told
        answers = CounterMetricFamily("newretail_http_answers", "Answers of the API by status.", labels=["status"])
        for status, number in sorted(self.by_status.items()):
            answers.add_metric([str(status)], number)
        yield answers
        reached, buckets = 0, []
        for bound, number in zip([*map(str, _BUCKETS), "+Inf"], self.by_bucket, strict=True):
            reached += number
            buckets.append((bound, reached))
        seconds = HistogramMetricFamily("newretail_http_seconds", "Time to answer an API call.")
        seconds.add_metric([], buckets, self.seconds)
        yield seconds


class Metrics:
    """The registry of one door. Everything is counted in the door's one thread."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.registry.register(_Desks(engine))
        self._answers = _Answers()
        self.registry.register(self._answers)

    def observe(self, status: int, seconds: float) -> None:
        answers = self._answers
        answers.by_status[status] += 1
        answers.by_bucket[bisect_left(_BUCKETS, seconds)] += 1
        answers.seconds += seconds

    def text(self) -> bytes:
        return generate_latest(self.registry)
