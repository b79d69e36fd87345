"""Folders and archives of several files: what their members are called is looked up and never used as a path."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from crosshold.errors import FileError
from crosshold.formats.intake import Input


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_folder_and_an_archive_of_its_files_have_the_same_parts(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    (folder / "in").mkdir(parents=True)
    (folder / "a.json").write_bytes(b"1")
    (folder / "in" / "c.json").write_bytes(b"2")
    (folder / "link").symlink_to("/etc/hostname")
    archive = packed(tmp_path / "b.zip", {"a.json": b"1", "in/c.json": b"2"})
    for source in (Input(folder), Input(archive)):
        assert source.bundle
        assert list(source.parts) == ["a.json", "in/c.json"]
        assert source.head == b"a.json\nin/c.json"
        with source.part("in/c.json") as stream:
            assert stream.read() == b"2"
        with pytest.raises(KeyError), source.part("../b/a.json"):
            pass


def test_an_archive_of_one_file_is_that_file_and_of_several_is_no_single_one(tmp_path: Path) -> None:
    one = Input(packed(tmp_path / "one.zip", {"x.csv": b"hello"}))
    assert not one.bundle and one.head == b"hello"
    many = Input(packed(tmp_path / "many.zip", {"x.csv": b"a", "y.csv": b"b"}))
    with pytest.raises(FileError, match="2 files"), many.open():
        pass


def test_a_part_that_unpacks_to_more_than_anybody_would_send_is_refused(tmp_path: Path) -> None:
    bomb = Input(packed(tmp_path / "bomb.zip", {"a.json": b"0" * 50_000_000, "b.json": b""}))
    with pytest.raises(FileError, match="unpacks to"):
        assert bomb.bundle
