"""What bench/train and bench/time_to_accuracy share: programs that work in stretches (pace.h), pinned to
cores, and who is there to compare with."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD", os.path.join(HERE, "../build/release"))
PYTHON = "/usr/bin/python3"
SKIPPED = 77
# malloc that keeps its memory: where page faults are dear PyTorch spends most of its time on them
KEEP = {"MALLOC_TRIM_THRESHOLD_": "2000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000",
        "MALLOC_TOP_PAD_": "500000000"}
# OpenBLAS' own choice, which knows no processor younger than itself, and what it may be told
KERNELS = {"own": None, "haswell": "HASWELL", "skylakex": "SKYLAKEX", "zen": "ZEN"}
# What a kernel needs that not every processor has: with another it ends by an illegal instruction.
NEEDS = {"haswell": "avx2", "skylakex": "avx512vl", "zen": "avx2"}


def fail(text, code=1):
    print(f"{os.path.basename(sys.argv[0])}: {text}", file=sys.stderr)
    sys.exit(code)


def program(name):
    path = os.path.join(BUILD, "bench", "bench_" + name)
    if not os.path.exists(path):
        fail(f"{path} is not there: scripts/build release")
    return path


def need(what, there, code=1):
    """Ends with a line where a peer is missing."""
    if not there:
        word = "skipped" if code == SKIPPED else "cannot compare"
        fail(f"{word}: {what} is not installed: scripts/setup --bench", code)


def has_torch():
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    return subprocess.run([PYTHON, "-c", find]).returncode == 0


def has_images():
    return os.path.exists("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")


def fasttext():
    return shutil.which("fasttext")


def runnable(kernels):
    """Those of the kernels that this processor can run."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    return [kernel for kernel in kernels if kernel not in NEEDS or NEEDS[kernel] in flags]


def environment(kernel=None, threads=1, keep=True):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "OMP_", "MALLOC_"))}
    env.update(OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads), **(KEEP if keep else {}))
    if kernel is not None:
        env["OPENBLAS_CORETYPE"] = kernel
    return env


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


class Worker:
    """A program that works in stretches."""

    def __init__(self, command, cores, env):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=env, preexec_fn=pinned(cores))
        self.command = command
        self.ready = self.line()

    def line(self):
        words = self.child.stdout.readline().split()
        if not words:
            fail(f"{' '.join(self.command)}: ended with {self.child.wait()}")
        return words

    def begin(self):
        self.child.stdin.write("go\n")
        self.child.stdin.flush()

    def end(self):
        """Units, and seconds of the processor and of the clock."""
        return [float(word) for word in self.line()]

    def rate(self, clock="processor"):
        self.begin()
        units, processor, wall = self.end()
        return units / (processor if clock == "processor" else wall)

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def ours(what, batch, optimizer, samples, core, *more):
    return Worker([program("train"), what, str(batch), optimizer, str(samples), *map(str, more)], {core},
                  environment(keep=False))


def theirs(what, batch, optimizer, samples, cores, kernel, *flags):
    return Worker([PYTHON, os.path.join(HERE, "train.py"), what, str(batch), optimizer, str(samples),
                   *map(str, flags), f"threads={len(cores)}"], set(cores),
                  environment(KERNELS[kernel], len(cores)))
