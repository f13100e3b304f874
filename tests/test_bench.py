"""The benchmarks run from one end to the other; how fast is for a quiet machine to say."""

import os
import subprocess
import sys

from shout.dev.home import ROOT


def test_every_benchmark_runs_and_stands_beside_its_floor() -> None:
    # Not in the home of this test run: the benchmarks bring servers of their own.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHOUT_", "PYTEST_"))}
    result = subprocess.run(
        [sys.executable, "-m", "bench"],
        cwd=ROOT,
        env=environment | {"BENCH_SCALE": "0.02"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    rows = [line for line in result.stdout.splitlines() if "/s" in line]
    assert [line.split()[0] for line in rows] == ["inbound", "inbound", "sends,", "broadcast", "import"]
    assert all(line.count("/s") == 2 for line in rows)
