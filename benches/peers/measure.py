"""What every peer is measured by: CPU seconds per part, peak memory, convergence per parameter.

CPU seconds are the process's own, user and system, on all threads, children included. Wall seconds
are recorded beside them, but a shared machine makes them worthless for a comparison.
"""

import contextlib
import json
import os
import platform
import resource
import time


def cpu_seconds():
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def peak_rss_mb():
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children) / 1024


class Parts:
    """CPU and wall seconds of named parts; a part that runs twice adds up."""

    def __init__(self):
        self.seconds = {}

    @contextlib.contextmanager
    def part(self, name):
        cpu, wall = cpu_seconds(), time.perf_counter()
        try:
            yield
        finally:
            self.add(name, cpu_seconds() - cpu, time.perf_counter() - wall)

    def add(self, name, cpu, wall):
        entry = self.seconds.setdefault(name, {"cpu": 0.0, "wall": 0.0})
        entry["cpu"] += cpu
        entry["wall"] += wall

    def timed(self, name, function):
        """The function, each call of which counts as the part."""

        def wrapper(*args, **kwargs):
            with self.part(name):
                return function(*args, **kwargs)

        return wrapper


def scalars(posterior):
    """Mean, sd, R-hat and effective sample sizes of every scalar, named `variable[coordinates]`."""
    import arviz
    import numpy

    rank = {
        "rhat": arviz.rhat(posterior),
        "ess_bulk": arviz.ess(posterior, method="bulk"),
        "ess_tail": arviz.ess(posterior, method="tail"),
    }
    found = {}
    for name, variable in posterior.data_vars.items():
        dims = [d for d in variable.dims if d not in ("chain", "draw")]
        values = variable.transpose("chain", "draw", *dims).values
        for index in numpy.ndindex(*values.shape[2:]):
            coords = [label(variable, d, i) for d, i in zip(dims, index)]
            draws = values[(slice(None), slice(None), *index)]
            found[name + (f"[{','.join(coords)}]" if coords else "")] = {
                "mean": float(draws.mean()),
                "sd": float(draws.std(ddof=1)),
                **{k: float(r[name].transpose(*dims).values[index]) for k, r in rank.items()},
            }
    return found


def label(variable, dim, index):
    if dim not in variable.coords:
        return str(index)
    return str(variable.coords[dim].values[index]).removesuffix("T00:00:00.000000000")


def versions(*packages):
    from importlib.metadata import version

    return {"python": platform.python_version(), **{p: version(p) for p in packages}}


def write(path, result):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
