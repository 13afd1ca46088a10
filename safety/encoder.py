"""The sentence encoder: a message in, one unit vector out, on one thread, with nothing fetched at run time.

`tools/build_encoder.py` makes the files; the manifest beside them names the hashes they must have.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from safety import EncoderMissing

Vectors = npt.NDArray[np.float32]

FOLDER = Path("models/encoder")
CURE = "run `make run` once, or `python -m tools.build_encoder`"


@dataclass(frozen=True)
class Encoder:
    """Turns messages into unit vectors; one instance may serve many threads."""

    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    dimensions: int
    fingerprint: str

    @classmethod
    def load(cls, root: Path) -> Encoder:
        """Open the encoder under `root`; raises EncoderMissing when it is absent or not what its manifest says."""
        folder = root / FOLDER
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            files = {name: (folder / name).read_bytes() for name in manifest["files"]}
        except FileNotFoundError as error:
            raise EncoderMissing(f"the sentence encoder is not built; {CURE}") from error
        for name, content in files.items():
            if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
                raise EncoderMissing(f"{name} is not the file its manifest names; {CURE}")
        tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode("utf-8"))
        tokenizer.enable_truncation(manifest["max_tokens"])
        tokenizer.no_padding()
        session = _session(files["model.onnx"])
        return cls(session, tokenizer, manifest["dimensions"], manifest["files"]["model.onnx"])

    def __call__(self, texts: list[str]) -> Vectors:
        """Return one row of length 1 per text, shape (len(texts), dimensions); texts should be normalised."""
        return np.concatenate([self._one(text) for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)

    def _one(self, text: str) -> Vectors:
        """Encode alone: int8 activations are scaled over a batch, so a neighbour would change the vector."""
        encoding = self.tokenizer.encode(text)
        feeds = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
        }
        return cast(Vectors, self.session.run(["sentence"], feeds)[0])


def pack(vectors: Iterable[Vectors]) -> str:
    """Return vectors as text, for another process; `unpack` gives back the very same numbers."""
    return base64.b64encode(b"".join(vector.astype("<f4").tobytes() for vector in vectors)).decode("ascii")


def unpack(packed: str, number: int) -> Vectors:
    """Return the `number` vectors of `packed`, one a row; raises ValueError when it does not hold so many of one length."""
    return np.frombuffer(base64.b64decode(packed, validate=True), "<f4").reshape(number, -1)


def _session(model: bytes) -> onnxruntime.InferenceSession:
    """Open the model on one thread: a turn is one short sentence, and the machine has other work."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
