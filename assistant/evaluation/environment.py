"""The machine that a run ran on, and the memory that its processes hold."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant import __version__

_PACKAGES = ("llama-cpp-python", "onnxruntime", "chromadb", "tokenizers", "numpy")
_PEAK = "VmHWM:"


def describe() -> dict[str, str | int | None]:
    """System, processor, usable cores and memory."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": _cores(),
        "memory_mb": _installed_mb(),
    }


def versions() -> dict[str, str]:
    """The versions of the program, of Python and of the packages that models run in."""
    found = {"assistant": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def memory_mb(pid: int | None = None) -> float | None:
    """The sum of the peak resident sets of a process (this one) and its children, now alive, in MB.

    Pages that processes share count in each of them. Where the system does not tell of other
    processes it is this one's alone; None where it tells nothing.
    """
    try:
        return round(sum(_peak_kb(member) for member in family(pid or os.getpid())) / 1024, 1)
    except OSError:
        return None if pid else _own_mb()


def cpu_s(pid: int) -> float | None:
    """Seconds of a core that a process has used until now; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that descend from it. Raises OSError where the system is not Linux."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def _peak_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(_PEAK):
            return int(line.split()[1])
    return 0


def _own_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if platform.system() == "Darwin" else 1024), 1)


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _installed_mb() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError, OSError):  # Windows
        return None
