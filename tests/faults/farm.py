"""What the fault tests share: a folder with an experiment, its processes, its results."""
import os
import shutil
import subprocess
import tempfile
import time
import uuid

# A crash in a sanitized build shall look like a crash, not like the sanitizer's report.
ASAN = "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:detect_leaks=0"


class Farm:
    def __init__(self, build, experiment, prefix="collet-fault-"):
        self.collet = os.path.realpath(build) + "/collet"
        self.zoo = os.path.realpath(build) + "/tests/fixtures/zoo"
        self.folder = tempfile.mkdtemp(prefix=prefix)
        self.mark = uuid.uuid4().hex
        with open(self.folder + "/x.ini", "w", encoding="utf-8") as out:
            out.write(experiment)

    def environment(self):
        return dict(os.environ, COLLET_TEST_MARK=self.mark, ASAN_OPTIONS=ASAN, NO_COLOR="1")

    def start(self, *more, **options):
        return subprocess.Popen([self.collet, "run", "x.ini", "--plugin-path", self.zoo, *more],
                                cwd=self.folder, env=self.environment(),
                                stdin=subprocess.DEVNULL, text=True, **options)

    def run(self, *more):
        with self.start(*more, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=600)
            return process.returncode, out, err

    def ask(self, *words):
        done = subprocess.run([self.collet, *words], cwd=self.folder, env=self.environment(),
                              capture_output=True, check=False)
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode()

    def processes(self):
        """(pid, parent, state) of all that carry this farm's mark."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if self.mark.encode() not in file.read():
                        continue
                with open(f"/proc/{name}/stat", "rb") as file:
                    words = file.read().rpartition(b")")[2].split()
                found.append((int(name), int(words[1]), words[0].decode()))
            except OSError:
                pass
        return found

    def wait_until_empty(self, seconds=3.0):
        """What is left after so many seconds; nothing, if all is well."""
        end = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.01)
        return left

    def trials(self, *more):
        """number -> what must not depend on time: state, values, parameters, curve's end."""
        code, text, err = self.ask("export", "x", "--csv", *more)
        if code != 0:
            return {}
        head, *lines = text.splitlines()
        names = head.split(",")
        keep = [i for i, name in enumerate(names)
                if name not in ("started", "elapsed", "attempt", "begun", "date")]
        rows = {}
        for line in lines:
            words = line.split(",")
            if words[1] not in ("running", "interrupted"):
                rows[int(words[0])] = tuple(words[i] for i in keep if i < len(words))
        return rows

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
