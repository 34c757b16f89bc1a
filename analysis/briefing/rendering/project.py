"""A project as it lies on the disk: its tables and its report, read and checked together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..facts import tables
from ..findings import Finding, InvalidData, InvalidReport, shown
from ..report import report


@dataclass(frozen=True)
class Project:
    """What a person writes: `tables` of data/ and the `report`, below the folder `root`."""

    root: Path
    tables: tables.Tables
    report: report.Report

    @classmethod
    def read(cls, root: Path) -> Project:
        """Read both before anything runs, so that all findings come at once: raises InvalidData with them, or
        InvalidReport where the data are right."""
        findings: list[Finding] = []
        data = read = None
        try:
            data, found = tables.checked(root)
            findings += found
        except InvalidData as error:
            findings += error.findings
        try:
            read = report.read(root)
            findings += _check_date(read, data)
        except InvalidReport as error:
            if not findings:
                raise
            findings += error.findings
        if findings or data is None or read is None:
            raise InvalidData(findings)
        return cls(root, data, read)


def load(folder: Path | str | None = None) -> Project:
    """The project that a folder lies in, by default the working folder.

    Raises BriefingError where there is none, InvalidData or InvalidReport with all findings where it is not right.
    """
    return Project.read(tables.find_root(Path(folder) if folder is not None else None))


def _check_date(read: report.Report, data: tables.Tables | None) -> Iterator[Finding]:
    given = read.front.get("date")
    if data and given is not None and str(given)[:10] != data.edition_date.isoformat():
        line = read.text[:read.text.index("\ndate")].count("\n") + 2 if "\ndate" in read.text else 1
        yield Finding("edition-date", read.path, shown(given), f"{data.edition_date}, the day that "
                      "data/datapackage.json gives as `created`",
                      f"Write `date: {data.edition_date}`, or set `created` there to the day that is meant.", line=line)
