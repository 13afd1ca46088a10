"""The graph we write for mpnet against Transformers' own, on weights drawn at random."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import save_file

from tools.build_encoder import MAX_TOKENS
from tools.compare.mpnet import BUCKETS, FIRST_PLACE, buckets, export

WIDE, HEADS, LAYERS, WORDS = 24, 4, 2, 60
CONFIG = {
    "model_type": "mpnet",
    "architectures": ["MPNetModel"],
    "vocab_size": WORDS,
    "hidden_size": WIDE,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": 2 * WIDE,
    "max_position_embeddings": MAX_TOKENS + FIRST_PLACE,
    "relative_attention_num_buckets": BUCKETS,
    "layer_norm_eps": 1e-5,
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small MPNet of random weights, as one is published."""
    folder = tmp_path_factory.mktemp("mpnet")
    shapes = {
        "embeddings.word_embeddings.weight": (WORDS, WIDE),
        "embeddings.position_embeddings.weight": (MAX_TOKENS + FIRST_PLACE, WIDE),
        "encoder.relative_attention_bias.weight": (BUCKETS, HEADS),
    }
    norms, linear = ["embeddings.LayerNorm"], {}
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        linear |= {f"{layer}.attention.attn.{part}": (WIDE, WIDE) for part in "qkvo"}
        linear |= {f"{layer}.intermediate.dense": (2 * WIDE, WIDE), f"{layer}.output.dense": (WIDE, 2 * WIDE)}
        norms += [f"{layer}.attention.LayerNorm", f"{layer}.output.LayerNorm"]
    for name, (out, into) in linear.items():
        shapes |= {f"{name}.weight": (out, into), f"{name}.bias": (out,)}
    shapes |= {f"{name}.{part}": (WIDE,) for name in norms for part in ("weight", "bias")}
    chance = np.random.default_rng(0)
    drawn = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    save_file(drawn, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder


def test_the_graph_is_mpnet(weights: Path, tmp_path: Path) -> None:
    """Two texts of which one is padded, and one longer than the distances that are told apart one by one."""
    import tensorflow as tf
    from transformers import TFMPNetModel

    export(weights, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    theirs = TFMPNetModel.from_pretrained(weights)
    chance = np.random.default_rng(1)
    short, long = chance.integers(4, WORDS, (2, 9)), chance.integers(4, WORDS, (1, MAX_TOKENS))
    padded = np.ones_like(short)
    padded[1, 6:] = 0
    short[1, 6:] = 1  # the number of padding
    for tokens, mask in ((short, padded), (long, np.ones_like(long))):
        ours = session.run(["sentence"], {"input_ids": tokens, "attention_mask": mask})[0]
        hidden = theirs(input_ids=tf.constant(tokens), attention_mask=tf.constant(mask)).last_hidden_state.numpy()
        mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        assert np.abs(ours - mean / np.linalg.norm(mean, axis=1, keepdims=True)).max() < 1e-4


def test_distances_share_a_bias_the_farther_the_more() -> None:
    """Up to seven tokens away each distance has its own, either side apart; then they share, and the farthest have the last."""
    whole = buckets(MAX_TOKENS)
    assert list(whole[7, :8]) == list(range(7, -1, -1))
    assert list(whole[0, 1:8]) == [BUCKETS // 2 + away for away in range(1, 8)]
    assert (whole[0, -1], whole[-1, 0]) == (BUCKETS - 1, BUCKETS // 2 - 1)
    assert [int(np.argmax(whole[0] == bucket)) for bucket in (24, 26, 28, 30)] == [8, 16, 32, 64]
    assert set(whole[0, 64:]) == {30, 31}
