"""Writes all-mpnet-base-v2 as an ONNX graph, operator by operator: converting it from TensorFlow took more than 24 GB of memory.

The architecture is MPNet's (Song et al. 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding"): BERT's
layers with one relative position bias shared by all of them. The graph has the inputs and the output that `safety.encoder`
expects: token numbers and their mask in, the mean over real tokens at length 1 out. It stays in 32-bit floats: at int8, as
MiniLM serves, its vectors turn by some 25 degrees (cosine 0.90 with the published ones). `tests/test_compare_mpnet.py` holds it to
what Transformers' own MPNet makes of the same weights.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from tools.build_encoder import MAX_TOKENS

OPSET = 17  # the first with LayerNormalization
BUCKETS, FARTHEST = 32, 128  # of relative distances, as published
FIRST_PLACE = 2  # the place of the first token in the table of positions: padding has 1
OUT_OF_SIGHT = -1e9  # added to a score that must not count

Numbers = npt.NDArray[Any]


class Graph:
    """ONNX nodes and constants in the order they are added; a value is known by its name."""

    def __init__(self) -> None:
        """Start empty."""
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Numbers) -> str:
        """Add a constant and return its name."""
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output and return the output's name."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def model(self, output: str) -> Any:
        """Return the whole as a model whose value `output` is the sentence vector."""
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("input_ids", "attention_mask")]
        self.nodes.append(helper.make_node("Identity", [output], ["sentence"]))
        outputs = [helper.make_tensor_value_info("sentence", TensorProto.FLOAT, ["texts", "dimensions"])]
        graph = helper.make_graph(self.nodes, "mpnet", inputs, outputs, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


class Mpnet:
    """Puts the published weights into a graph, layer by layer."""

    def __init__(self, weights: dict[str, Numbers], config: dict[str, Any]) -> None:
        """Keep the weights by their published names."""
        self.weights, self.config, self.graph = weights, config, Graph()
        self.heads = int(config["num_attention_heads"])

    def build(self) -> Any:
        """Return the model from token numbers to sentence vector."""
        graph = self.graph
        mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
        length = graph.add("Shape", "input_ids", start=1, end=2)
        bias = graph.add("Add", self._nearness(length), self._unseen(mask))
        hidden = self._embed(length)
        for number in range(self.config["num_hidden_layers"]):
            hidden = self._layer(f"encoder.layer.{number}", hidden, bias)
        return graph.model(self._mean(hidden, mask))

    def _embed(self, length: str) -> str:
        graph, start = self.graph, np.array([FIRST_PLACE])
        words = graph.add("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids")
        end = graph.add("Add", length, graph.constant(start))
        places = graph.add("Slice", self._weight("embeddings.position_embeddings.weight"), graph.constant(start), end)
        return self._norm("embeddings.LayerNorm", graph.add("Add", words, places))

    def _layer(self, name: str, hidden: str, bias: str) -> str:
        graph, attention = self.graph, f"{name}.attention.attn"
        query, key, value = (self._in_heads(self._linear(f"{attention}.{part}", hidden)) for part in "qkv")
        width = np.array(np.sqrt(self.config["hidden_size"] / self.heads), np.float32)
        scores = graph.add("Div", graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2])), graph.constant(width))
        shares = graph.add("Softmax", graph.add("Add", scores, bias), axis=-1)
        heard = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
        together = graph.add("Reshape", heard, graph.constant(np.array([0, 0, self.config["hidden_size"]])))
        hidden = self._norm(f"{name}.attention.LayerNorm", graph.add("Add", self._linear(f"{attention}.o", together), hidden))
        wide = self._gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._norm(f"{name}.output.LayerNorm", graph.add("Add", self._linear(f"{name}.output.dense", wide), hidden))

    def _in_heads(self, hidden: str) -> str:
        shape = self.graph.constant(np.array([0, 0, self.heads, self.config["hidden_size"] // self.heads]))
        return self.graph.add("Transpose", self.graph.add("Reshape", hidden, shape), perm=[0, 2, 1, 3])

    def _nearness(self, length: str) -> str:
        """The bias by the distance of two tokens, cut from the whole table to the length of the text: (1, heads, tokens, tokens)."""
        table = self.weights["encoder.relative_attention_bias.weight"][buckets(MAX_TOKENS)].transpose(2, 0, 1)[None]
        graph, both = self.graph, self.graph.constant(np.array([2, 3]))
        ends = graph.add("Concat", length, length, axis=0)
        return graph.add("Slice", graph.constant(table), graph.constant(np.array([0, 0])), ends, both)

    def _unseen(self, mask: str) -> str:
        """What is added to the scores of padding: (texts, 1, 1, tokens)."""
        graph = self.graph
        missing = graph.add("Sub", graph.constant(np.array(1, np.float32)), mask)
        hidden = graph.add("Mul", missing, graph.constant(np.array(OUT_OF_SIGHT, np.float32)))
        return graph.add("Unsqueeze", hidden, graph.constant(np.array([1, 2])))

    def _mean(self, hidden: str, mask: str) -> str:
        graph, tokens = self.graph, self.graph.constant(np.array([1]))
        column = graph.add("Unsqueeze", mask, graph.constant(np.array([2])))
        total = graph.add("ReduceSum", graph.add("Mul", hidden, column), tokens, keepdims=0)
        mean = graph.add("Div", total, graph.add("ReduceSum", column, tokens, keepdims=0))
        return graph.add("LpNormalization", mean, axis=1, p=2)

    def _gelu(self, wide: str) -> str:
        graph = self.graph
        error = graph.add("Erf", graph.add("Div", wide, graph.constant(np.array(np.sqrt(2), np.float32))))
        half = graph.add("Mul", wide, graph.constant(np.array(0.5, np.float32)))
        return graph.add("Mul", half, graph.add("Add", error, graph.constant(np.array(1, np.float32))))

    def _linear(self, name: str, hidden: str) -> str:
        turned = self.graph.constant(self.weights[f"{name}.weight"].T)
        return self.graph.add("Add", self.graph.add("MatMul", hidden, turned), self._weight(f"{name}.bias"))

    def _norm(self, name: str, hidden: str) -> str:
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self.graph.add("LayerNormalization", hidden, scale, shift, axis=-1, epsilon=self.config["layer_norm_eps"])

    def _weight(self, name: str) -> str:
        return self.graph.constant(self.weights[name])


def export(source: Path, target: Path) -> None:
    """Write the weights under `source` as one ONNX graph at `target`."""
    weights = load_file(source / "model.safetensors")
    onnx.save(Mpnet(weights, json.loads((source / "config.json").read_text("utf-8"))).build(), str(target))


def buckets(length: int) -> Numbers:
    """Return which bias two tokens share, shape (length, length): near distances one by one, far ones by their logarithm, either side apart."""
    distance = np.subtract.outer(np.arange(length), np.arange(length))  # of the one that reads to the one that is read
    side, far = BUCKETS // 2, np.abs(distance)
    exact = side // 2
    spread = np.log(np.maximum(far, 1) / exact) / np.log(FARTHEST / exact) * (side - exact)
    near = np.where(far < exact, far, np.minimum(exact + spread.astype(np.int64), side - 1))
    return np.asarray(near + side * (distance < 0))
