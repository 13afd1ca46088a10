"""A danger line that is judged as unseen was left out of everything its detector was fitted on."""

from pathlib import Path

from tools.corpus import is_set_aside, read_danger
from tools.unseen import halves, write_without


def write_data(root: Path) -> None:
    """Two hundred danger lines and as many examples, in the form of the project's own."""
    (root / "data/danger/train").mkdir(parents=True)
    (root / "data/nlu").mkdir()
    rows = [f"he has a knife, said {n}\tnow\tweapon\n" for n in range(200)]
    (root / "data/danger/train/now.tsv").write_text("text\tdanger\tcategory\n" + "".join(rows), "utf-8")
    examples = "".join(f"    - is there a refuge near {n}\n" for n in range(200))
    (root / "data/nlu/help.yml").write_text(f'version: "3.1"\nnlu:\n- intent: refuge\n  examples: |\n{examples}', "utf-8")


def test_what_is_judged_is_in_no_file_and_all_else_is(tmp_path: Path) -> None:
    root, folder = tmp_path / "root", tmp_path / "without"
    write_data(root)
    folder.mkdir()
    every = read_danger(root)
    first, second = halves([line for line in every if is_set_aside(line.text)])
    assert first
    assert second
    left_out = {line.text for line in first}
    assert {line.category for line in first} == {"weapon", "refuge"}
    assert not left_out & {line.text for line in second}
    write_without(root, folder, left_out)
    assert {line.text for line in read_danger(folder)} == {line.text for line in every} - left_out
