"""Rasa's cache does not outlive the encoder or the spellings that its features were made with."""

import shutil
from pathlib import Path

from bot import reading
from bot.featurizer import SentenceEncoderFeaturizer
from bot.ngrams import CharacterNgramFeaturizer
from safety.encoder import FOLDER
from safety.normalise import LEXICON
from tests.conftest import ROOT
from tools.train import READING


def test_another_encoder_or_another_spelling_is_another_fingerprint(tmp_path: Path) -> None:
    for name in (LEXICON, FOLDER / "manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    for component in (SentenceEncoderFeaturizer, CharacterNgramFeaturizer):
        before = component.fingerprint_addon({"root": str(tmp_path)})
        assert before == component.fingerprint_addon({"root": str(ROOT)})
        for name in (LEXICON, FOLDER / "manifest.json"):
            as_it_is = (tmp_path / name).read_text("utf-8")
            (tmp_path / name).write_text(as_it_is + " ", "utf-8")
            assert component.fingerprint_addon({"root": str(tmp_path)}) != before
            (tmp_path / name).write_text(as_it_is, "utf-8")


def test_training_again_and_leaving_the_cache_know_of_the_same_files() -> None:
    known = {Path(name).relative_to(ROOT) for name in reading.CODE} | {LEXICON}
    assert known == {Path(name) for name in READING} - {Path("data/nlu")}
