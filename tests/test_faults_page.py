"""The page of faults: every fault has a line, and one that no test ran for says so."""

from pathlib import Path

from tools.faults import FAULTS, Result, failures, merged, page, read_results

REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_x" name="test_one" time="1.5"><properties><property name="fault" value="2"/><property name="size" value="5 kills"/></properties></testcase>
<testcase classname="tests.test_x" name="test_two_things" time="0.5"><properties><property name="fault" value="1"/></properties><failure message="x"/></testcase>
<testcase name="test_no_fault" time="0.1"/></testsuite></testsuites>"""


def test_results_are_read_by_fault_with_their_size_and_outcome(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert read_results(tmp_path / "report.xml") == [
        Result("tests/test_x.py::test_one", 2, "5 kills", "passed", 1.5),
        Result("tests/test_x.py::test_two_things", 1, "two things", "failure", 0.5),
    ]


def test_what_ran_again_takes_the_place_of_what_it_gave_before() -> None:
    kept, failed, mended = (Result(test, 1, "", outcome, 1.0) for test, outcome in (("a", "passed"), ("b", "failure"), ("b", "passed")))
    assert failures([kept, failed]) == ["b"]
    assert merged([kept, failed], [mended]) == [kept, mended]


def test_every_fault_has_a_line_and_a_missing_one_is_named() -> None:
    made = page([Result("a", 1, "20 kills", "passed", 3.0)], "seed 1: 20000 turns, 90 replies seen by name, 0 strings outside", full=True)
    rows = [line for line in made.splitlines() if line[2:4].strip().isdigit()]
    assert len(rows) == len(FAULTS)
    assert sum("| missing |" in row for row in rows) == len(FAULTS) - 1
    assert "`make soak`" in made
    assert "seed 1: 20000 turns" in made
