"""Rows of samples: a table for people, JSON with everything for the rest."""
import json
import math
import os
import platform
import statistics

PHASES = ("respawn", "import", "group", "detect", "leave", "form", "restore", "firstStep")


def quantile(values, share):
    """The value with that share of the others below it, the nearest."""
    values = sorted(values)
    return values[min(len(values) - 1, round(share * (len(values) - 1)))]


def summary(values):
    """Median, 99th percentile and largest; the percentile is the largest below 100 values."""
    largest = max(values)
    return {"runs": len(values), "median": statistics.median(values),
            "p99": quantile(values, 0.99) if len(values) >= 100 else largest, "largest": largest}


class Report:
    """Collects rows, prints each when it is there, and is written as one file."""

    def __init__(self, path, versions, method):
        self.path = path
        self.content = {"versions": versions, "method": method, "rows": []}
        print(" ".join(f"{name} {value};" for name, value in versions.items()))
        print(f"{'measured':<58} {'by':<26} {'runs':>5} {'median':>9} {'p99/max':>9} {'aim':>7} unit")

    def row(self, metric, side, unit, samples, aim=None, note=None):
        """`samples` are numbers, or objects with `total` and phases; one without a total failed, and its
        `why` says how."""
        samples = [sample if isinstance(sample, dict) else {"total": sample} for sample in samples]
        good = [sample["total"] for sample in samples if sample.get("total") is not None]
        row = {"metric": metric, "side": side, "unit": unit, "aim": aim, "note": note,
               "runs": len(samples), "failed": len(samples) - len(good)}
        if good:
            row |= {"value": statistics.median(good)} | summary(good) | {"runs": len(samples)}
        row["phases"] = {}
        for name in PHASES:
            parts = [sample[name] for sample in samples if sample.get(name) is not None]
            if parts:
                row["phases"][name] = summary(parts)
        row["samples"] = samples
        self._add(row)

    def cannot(self, metric, side, why):
        """A row that is not measured."""
        self._add({"metric": metric, "side": side, "why": why})

    def _add(self, row):
        self.content["rows"].append(row)
        self._print(row)
        self.write()

    def _print(self, row):
        head = f"{row['metric']:<58} {row['side']:<26}"
        if "why" in row:
            print(f"{head} not measured: {row['why']}", flush=True)
            return
        aim = f"{row['aim']:g}" if row["aim"] is not None else ""
        figures = f"{row['median']:>9.4g} {row['p99']:>9.4g}" if "median" in row else f"{'-':>9} {'-':>9}"
        print(f"{head} {row['runs']:>5} {figures} {aim:>7} {row['unit']}")
        if row["failed"]:
            reasons = sorted({sample.get("why", "") for sample in row["samples"] if sample.get("total") is None})
            print(f"    {row['failed']} of {row['runs']} did not: {'; '.join(reasons)}")
        if row["phases"]:
            parts = [f"{name} {part['median']:.4g} ({part['p99']:.4g})" for name, part in row["phases"].items()]
            print(f"    {', '.join(parts)}")
        if row["note"]:
            print(f"    {row['note']}", end="\n", flush=True)

    def write(self):
        """After each row, so that an end before the last one loses little."""
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.content, file, indent=1)
        os.replace(self.path + ".new", self.path)


def versions(torch):
    """What this machine is, and what runs on it."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {"kernel": platform.release(), "cores": os.cpu_count(), "processor": models[0] if models else "unknown",
            "python": platform.python_version(), "torch": torch or "none",
            "load": " ".join(f"{load:.2f}" for load in os.getloadavg())}


def line(points):
    """The straight line nearest to points (x, y): (y at 0, slope), by least squares."""
    slope, offset = statistics.linear_regression(*zip(*points))
    return (offset, slope) if math.isfinite(slope) else (math.nan, math.nan)
