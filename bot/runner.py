"""Runs the assistant's graph: a few components one after the other, in an order that is worked out once.

Rasa's own runner hands the graph to dask at every turn, which plans it afresh each time and takes a fifth of a turn over it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner

Steps = list[tuple[str, tuple[str, ...]]]  # each component with those whose output it takes


class StraightRunner(DaskGraphRunner):  # type: ignore[misc]
    """Gives what DaskGraphRunner gives, without planning again."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return the output of each target by its name; see GraphRunner."""
        wanted = tuple(targets or self._graph_schema.target_names)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._steps(wanted):
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        return {name: done[name][1] for name in wanted}

    def _steps(self, targets: tuple[str, ...]) -> Steps:
        """The components that the targets need, each after those it takes from; worked out when first asked for."""
        plans: dict[tuple[str, ...], Steps] = self.__dict__.setdefault("plans", {})
        if targets not in plans:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            plans[targets] = [(name, tuple(nodes[name].needs.values())) for name in _in_order(nodes, targets)]
        return plans[targets]


def _in_order(nodes: dict[str, Any], targets: Iterable[str]) -> list[str]:
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in nodes and name not in order:
            for need in nodes[name].needs.values():
                visit(need)
            order[name] = None

    for target in targets:
        visit(target)
    return list(order)
