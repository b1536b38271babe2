"""The table of results at the end of a chapter."""

import json

import pytest

from helpers.training import results_table


@pytest.fixture
def bands(tmp_path):
    content = {
        "seeds": 3,
        "values": {
            "dense, test accuracy": [0.97, 0.98, 0.99],
            "forest, test accuracy": [0.93, 0.93, 0.94],
        },
        "seconds": {"dense": 8.04, "forest": 1.26},
    }
    file = tmp_path / "bands.json"
    file.write_text(json.dumps({"full": content, "sample": content}))
    return file


def test_sets_run_published_and_bands_side_by_side(bands):
    rows = [("dense", 0.978, 0.9746, 407050), ("forest", 0.9333, None, None)]
    table = results_table(bands, rows)
    assert list(table.index) == ["dense", "forest"]
    assert table.index.name == "test accuracy"
    assert table.loc["dense"].to_dict() == {
        "published": "0.9746",
        "this run": "0.9780",
        "lowest of 3 seeds": "0.9700",
        "mean of 3 seeds": "0.9800",
        "highest of 3 seeds": "0.9900",
        "seconds": "8.0",
        "parameters": "407,050",
    }
    assert table.loc["forest", "published"] == "–"
    assert table.loc["forest", "parameters"] == "–"
    assert table.loc["forest", "mean of 3 seeds"] == "0.9333"


def test_finds_a_chapter_by_its_name_and_leaves_out_seconds_never_measured(
    bands, tmp_path, monkeypatch
):
    content = json.loads(bands.read_text())
    for measured in content.values():
        measured["seconds"] = {}
    (tmp_path / "bands").mkdir()
    (tmp_path / "bands" / "04_mnist.json").write_text(json.dumps(content))
    monkeypatch.chdir(tmp_path)
    table = results_table("04_mnist", [("dense", 0.978, 0.9746, 407050)])
    assert "seconds" not in table.columns
    assert table.loc["dense", "highest of 3 seeds"] == "0.9900"


def test_names_a_model_that_was_not_measured(bands):
    with pytest.raises(KeyError, match="tree, test accuracy"):
        results_table(bands, [("tree", 0.9, None, None)])


def test_refuses_an_empty_table(bands):
    with pytest.raises(ValueError, match="rows is empty"):
        results_table(bands, [])


def test_says_that_bands_are_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="course bands"):
        results_table(tmp_path / "none.json", [("dense", 0.9, None, None)])
