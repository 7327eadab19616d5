"""Built tables: kept whole or not at all; damaged or of another build, they are built again."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dive.catalog import tables
from dive.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = tables.folder()
    tables.keep_in(tmp_path / "tables")
    yield tmp_path / "tables"
    tables.keep_in(before)


def built(folder: Path, made_from: str = "v1") -> tuple[dict[str, int], int]:
    """The rows as a new process would find them, and how often they had to be built for that."""
    times = 0

    def build() -> dict[str, int]:
        nonlocal times
        times += 1
        return {"a": 1, "b": 2}

    tables.forget()
    return tables.kept("numbers", made_from, dict[str, int], build), times


def test_rows_are_built_once(folder: Path) -> None:
    assert built(folder) == ({"a": 1, "b": 2}, 1)
    assert built(folder) == ({"a": 1, "b": 2}, 0)
    assert [path.suffix for path in folder.iterdir()] == [".table"]


def test_a_file_damaged_at_any_byte_is_built_again(folder: Path) -> None:
    built(folder)
    [path] = folder.iterdir()
    data = path.read_bytes()
    for at in range(len(data)):
        for damaged in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]):
            path.write_bytes(damaged)
            assert built(folder) == ({"a": 1, "b": 2}, 1), at
    assert path.read_bytes() == data


def test_a_file_of_another_build_is_left_alone(folder: Path) -> None:
    built(folder)
    assert built(folder, "v2")[1] == 1
    assert built(folder)[1] == built(folder, "v2")[1] == 0
    assert len(list(folder.iterdir())) == 2


def test_rows_of_another_shape_are_another_build(folder: Path) -> None:
    built(folder)
    tables.forget()
    assert tables.kept("numbers", "v1", dict[str, str], lambda: {"a": "x"}) == {"a": "x"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    before = tables.folder()
    tables.keep_in(tmp_path / "tables")
    try:
        with pytest.raises(ConfigError, match="XDG_CACHE_HOME"):
            built(tmp_path)
    finally:
        tables.keep_in(before)


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    before = tables.folder()
    tables.keep_in(tmp_path / "file")
    try:
        with pytest.raises(ConfigError, match="XDG_CACHE_HOME"):
            built(tmp_path)
    finally:
        tables.keep_in(before)
