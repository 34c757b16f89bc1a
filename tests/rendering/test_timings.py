"""Where the time of a render went: the table and the trace, and nothing about how long anything took."""

import json

import pytest

from briefing.commands.cli import main
from briefing.rendering.timings import Timings


def test_table_has_a_line_a_stage_in_the_order_in_which_they_began():
    timings = Timings()
    with timings.stage("outer"), timings.stage("inner", "a notebook"):
        pass
    lines = timings.table().splitlines()
    assert [line.split()[0] for line in lines] == ["stage", "outer", "inner"]
    assert "a notebook" in lines[2] and "main" in lines[1]


def test_stage_that_fails_is_timed_too():
    timings = Timings()
    with pytest.raises(ZeroDivisionError), timings.stage("fails"):
        1 / 0  # noqa: B018
    assert [stage.name for stage in timings.stages] == ["fails"]


def test_trace_names_its_lanes_and_counts_in_microseconds():
    timings = Timings()
    for lane in ("one", "two", "one"):
        with timings.stage("work", lane):
            pass
    events = json.loads(timings.trace())["traceEvents"]
    lanes = {event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    assert sorted(lanes.values()) == ["one", "two"]
    work = [event for event in events if event["ph"] == "X"]
    assert [lanes[event["tid"]] for event in work] == ["one", "two", "one"]
    assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in work)


def test_render_tells_its_stages_and_writes_a_trace(project, tmp_path, capsys):
    trace = tmp_path / "trace.json"
    assert main(["render", "--project", str(project), "--timings", str(trace)]) == 0
    said = capsys.readouterr().err
    names = {event["name"] for event in json.loads(trace.read_text())["traceEvents"] if event["ph"] == "X"}
    for stage in ("read data and report", "cells", "build the document", "write report.pdf", "write report.html", "all"):
        assert stage in said and stage in names, stage


def test_trace_that_cannot_be_written_is_a_clear_error(rendered, tmp_path, capsys):
    place = tmp_path / "no folder" / "trace.json"
    assert main(["render", "--project", str(rendered), "--timings", str(place)]) == 2
    assert "trace.json: found No such file or directory, expected a file that can be written" in capsys.readouterr().err
