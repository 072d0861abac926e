"""One call of one process fails: what must hold then, whichever call it was. Shared by `memory` and
`calls`, which say which calls.

After a `run` in which a call has failed:
  - nothing crashed, nothing hung, no process is left;
  - the exit code is a documented one, and 0 only where the whole study is in the store;
  - any other code comes with one line that says why;
  - the store is sound, and has every trial that was printed as finished, with its value;
  - the same command once more, undisturbed, ends with the same rows as if nothing had been.
A `show` or `export` prints all of what it prints undisturbed and ends with 0, or says why not.
"""
import os
import random
import re
import signal
import subprocess
import sys

from farm import ASAN, Farm

EXPERIMENT = """[study]
minimize = loss
trials = 3
seed = 5
duplicates = reuse
[data]
use = spirals
rows = 60
[model]
use = mlp
units = int(2, 4)
[optimizer]
use = choice(momentum, sgd)
[optimizer.momentum]
lr = search
[optimizer.sgd]
lr = real(0.01, 0.1, log)
[training]
epochs = 2
[run]
workers = 2
order = {order}
grace = 300ms
[enqueue]
optimizer = momentum
"""
RUN = ("run", "x.ini")
READERS = (("show", "x"), ("show",), ("show", "x", "--trial", "1", "--ini"), ("show", "--verify"),
           ("export", "x", "--json"), ("export", "x", "--csv"))
# What may come of a failed call: too many failed trials is for attempts only.
CODES = {"coordinator": {0, 69, 70, 73, 74}, "nursery": {0, 65, 70, 74},
         "attempt": {0, 70, 71, 74}}
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "leaks.supp")
SLOW = 120.0  # seconds: a run that takes a tenth of one, or half a minute thrice, has then hung


class Fault:
    """The `number`-th `call` of processes of that role fails; with `on`, all later ones as well."""

    def __init__(self, call, error, role, number, on=False, file=None):
        self.call, self.error, self.role, self.number = call, error, role, number
        self.on, self.file = on, file

    def __str__(self):
        where = f" of {self.file}" if self.file else ""
        return (f"{self.role}: {self.call}{where} {self.number}{'+' if self.on else ''} "
                f"gives {self.error}")

    def environment(self, note):
        return {"COLLET_FAULT": f"{self.call}:{self.error}:{self.number}{'+' if self.on else ''}",
                "COLLET_FAULT_IN": self.role, "COLLET_FAULT_NOTE": note,
                **({"COLLET_FAULT_FILE": self.file} if self.file else {})}


class Done:
    """How a command ended."""

    def __init__(self, code, out, err, notes):
        self.code, self.out, self.err = code, out, err
        self.failed = "failed" in notes  # the call was reached
        self.counts = [int(n) for n in re.findall(r"count (\d+)", notes)]

    def __str__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


class Torture:
    def __init__(self, build, sanitized=False, order="fixed"):
        self.build, self.sanitized, self.order = build, sanitized, order
        self.shim = os.path.realpath(build) + "/tests/fixtures/preload/faults.so"
        self.broken = []
        farm = Farm(build, EXPERIMENT.format(order=order))
        done = self.execute(farm, RUN, None)
        if done.code != 0:
            sys.exit(f"FAILED: undisturbed: {done}")
        self.expected = farm.trials()
        if len(self.expected) != 3:
            sys.exit(f"FAILED: the undisturbed study is not whole: {self.expected}")
        self.whole = farm
        self.printed = {}

    def execute(self, farm, words, fault):
        note = farm.folder + "/note"
        if os.path.exists(note):
            os.remove(note)
        environment = farm.environment()
        if fault is not None:
            environment.update(fault.environment(note), LD_PRELOAD=self.shim)
            if self.sanitized:  # it looks for leaks wherever a process ends by itself
                environment["ASAN_OPTIONS"] = (  # a slow unwinder sees who called malloc in the loader
                    ASAN.replace("detect_leaks=0", "detect_leaks=1") +
                    ":verify_asan_link_order=0:allocator_may_return_null=1:fast_unwind_on_malloc=0")
                environment["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + SUPPRESSIONS
        with subprocess.Popen([farm.collet, *words], cwd=farm.folder, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              start_new_session=True) as process:
            try:
                out, err = process.communicate(timeout=SLOW)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                for pid, _, _ in farm.processes():  # whoever left the group still holds the pipes
                    os.kill(pid, signal.SIGKILL)
                out, err = process.communicate()
                return Done("hangs", out, err, "failed")
        notes = ""
        if os.path.exists(note):
            with open(note, encoding="utf-8") as file:
                notes = file.read()
        return Done(process.returncode, out, err, notes)

    def count(self, words, call, role, file=None):
        """How often an undisturbed command makes that call, in the process that makes most."""
        fault = Fault(call, "EIO", role, 0, file=file)
        if words == RUN:
            farm = Farm(self.build, EXPERIMENT.format(order=self.order))
            done = self.execute(farm, words, fault)
            farm.remove()
        else:
            done = self.execute(self.whole, words, fault)
        return max(done.counts, default=0)

    def check(self, words, fault):
        """Runs the command with the fault; False where it was not reached."""
        return self.check_run(fault) if words == RUN else self.check_reader(words, fault)

    def complain(self, fault, words, what, farm=None):
        where = f"\n  in {farm.folder}" if farm else ""
        self.broken.append(f"{fault}, collet {' '.join(words)}: {what}{where}")
        print("FAILED:", self.broken[-1], flush=True)

    def explained(self, done):
        """One line says why the command ended. Nothing crashed, but for the constructors of foreign
        libraries (libgfortran does so when memory runs out), which have a line of their own."""
        lines = [line for line in done.err.splitlines()
                 if line.startswith("collet: ") and not line.startswith("collet: warning: ")]
        own = [line for line in lines if ".so: loading it: it " not in line]
        return (1 <= len(lines) <= 2 and len(own) <= 1 and "(null)" not in done.err
                and not any("it crashed" in line or len(line) <= len("collet: ") for line in own))

    def check_end(self, fault, done):
        unsynced = fault.call in ("fsync", "fdatasync")  # the run ends, and says what it is
        if done.code not in CODES[fault.role] or (unsynced and done.code not in (0, 74)):
            return f"ends badly: {done}"
        if done.code != 0 and not self.explained(done):
            return f"does not say why: {done}"
        return None

    def check_reader(self, words, fault):
        if words not in self.printed:
            self.printed[words] = self.execute(self.whole, words, None).out
        done = self.execute(self.whole, words, fault)
        wrong = self.check_end(fault, done)
        if wrong is None and done.code == 0 and done.out != self.printed[words]:
            wrong = f"ends well and prints something else: {done}"
        if wrong is not None:
            self.complain(fault, words, wrong)
        return done.failed

    def check_run(self, fault):
        farm = Farm(self.build, EXPERIMENT.format(order=self.order))
        done = self.execute(farm, RUN, fault)
        wrong = self.check_end(fault, done) or self.check_store(farm, fault, done)
        if wrong is None and fault.role != "attempt":
            wrong = self.check_resumed(farm)
        if wrong is None:
            farm.remove()
        else:
            self.complain(fault, RUN, wrong, farm)
        return done.failed

    def check_store(self, farm, fault, done):
        left = farm.wait_until_empty()
        if left:
            return f"processes left: {left}"
        if not os.path.exists(farm.folder + "/collet.db"):
            return None if done.code != 0 else "ends well without a store"
        code, text, err = farm.ask("show", "--verify")
        # Not yet a store, or not any more.
        unborn = any(word in err for word in ("an empty file", "no study in it", "cut short"))
        if code != 0 and not (code == 69 and unborn and done.code != 0 and not acknowledged(done.out)):
            return f"the store: {text}{err}"
        rows = farm.trials()
        for number, value in acknowledged(done.out).items():
            if number not in rows or f"{float(rows[number][2]):.6g}" != value:
                return (f"trial {number} was printed as finished with {value}, the store has "
                        f"{rows.get(number)}")
        if done.code == 0 and fault.role != "attempt" and rows != self.expected:
            return f"ends well, with other rows: {rows}"
        if fault.role == "attempt":
            return self.check_failures(farm, rows)
        return None

    def check_failures(self, farm, rows):
        """A trial that failed for want of memory or descriptors says so: it has not crashed."""
        for number, row in rows.items():
            text = farm.ask("show", "x", "--trial", str(number))[1]
            if row[1] == "failed" and "failure: crash" in text:
                return f"trial {number} crashed: {text}"
            if row[1] == "complete" and row != self.expected[number]:
                return f"trial {number} has another result: {row}"
        return None

    def check_resumed(self, farm):
        again = self.execute(farm, RUN, None)
        if again.code != 0:
            return f"cannot go on: {again}"
        rows = farm.trials()
        if rows != self.expected:
            return f"went on to other rows: {rows}"
        code, text, err = farm.ask("show", "--verify")
        return None if code == 0 else f"the store in the end: {text}{err}"

    def finish(self, summary):
        self.whole.remove()
        if self.broken:
            sys.exit(f"{len(self.broken)} of these failed; {summary}")
        print(summary)


def numbers(count, points):
    """Which of 1..count to try: all, or so many of them, evenly, from a random first one."""
    if points is None or points >= count:
        return list(range(1, count + 1))
    step = count / points
    start = random.random() * step
    return [1 + int(start + i * step) for i in range(points)]


def acknowledged(out):
    """number -> value as printed: what the coordinator said was finished."""
    return {int(number): value
            for number, value in re.findall(r"^trial (\d+) +loss (\S+)", out, re.MULTILINE)}
