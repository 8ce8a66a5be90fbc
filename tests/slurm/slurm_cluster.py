"""Jobs on the test bed, as users submit and watch them."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

TESTBED = pathlib.Path(__file__).parent / "testbed.sh"
TEMPLATES = pathlib.Path(__file__).parents[2] / "slurm"
WITNESSED = tuner.BUILD / "lib/tuner/fixtures/witnessed_objective.so"
HANG_GUARD_S = 1200  # SLURM's time limit has a grain of a minute, and a requeued job waits


def testbed(*arguments):
    return subprocess.run([TESTBED, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=HANG_GUARD_S, check=False)


def user_environment(folder):
    """What a user's shell on the login node has: nothing of the session that runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    bed = dict(line.split("=", 1) for line in testbed("env").stdout.splitlines())
    return {**kept, **bed, "TMPDIR": str(folder)}


def answer_of(question, environment):
    """SLURM's, which may be busy for a while, or just start again."""
    guard = time.monotonic() + HANG_GUARD_S
    while True:
        asked = subprocess.run(question, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               check=False)
        if asked.returncode == 0:
            return asked.stdout
        if time.monotonic() > guard:
            raise AssertionError(f"no answer: {question}\n{asked.stderr}")
        time.sleep(1)


def nodes_of(list_of_nodes, environment):
    """The names in SLURM's "n[1-3,7]"."""
    return answer_of(["scontrol", "show", "hostnames", list_of_nodes], environment).split()


class Job:
    def __init__(self, number, environment):
        self.number = number
        self.environment = environment

    def facts(self):
        """What `scontrol show job` tells, by name; of the one task where it is an array of one."""
        text = answer_of(["scontrol", "--oneliner", "show", "job", self.number], self.environment).splitlines()[0]
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def state(self):
        return self.facts()["JobState"]

    def restarts(self):
        return int(self.facts()["Restarts"])

    def nodes(self):
        return nodes_of(self.facts()["NodeList"], self.environment)

    def batch_node(self):
        return self.facts()["BatchHost"]

    def has_ended(self):
        return self.state() in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "DEADLINE")


class SlurmTest(unittest.TestCase):
    """A test with a folder that all nodes see, and the jobs that it submits there."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        able = testbed("can-run")
        if able.returncode != 0:
            raise unittest.SkipTest(able.stdout.strip())

    def setUp(self):
        self.folder = pathlib.Path(os.environ["TESTBED"]) / "shared" / self._testMethodName
        self.folder.mkdir(parents=True)
        self.study = self.folder / "study.h5"
        self.witness = self.folder / "witness"
        self.gate = self.folder / "gate"
        self.environment = user_environment(self.folder)
        self.jobs = []
        self.addCleanup(self.end_jobs)

    def end_jobs(self):
        for job in self.jobs:
            if not job.has_ended():
                self.command("scancel", job.number)

    def command(self, *words, expect=0):
        done = subprocess.run([str(word) for word in words], env=self.environment, cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=HANG_GUARD_S, check=False)
        self.assertEqual(done.returncode, expect, f"{words}\n{done.stdout}")
        return done.stdout

    # Jobs.

    def write_script(self, arguments, name="tuner.sbatch", **settings):
        """The template with its settings changed, as a user changes them."""
        settings = {"tuner": str(tuner.TUNER), "study": str(self.study), **settings}
        text = (TEMPLATES / "tuner.sbatch").read_text(encoding="utf-8")
        lines = {f"{setting}=": f"{setting}={shlex.quote(value)}" for setting, value in settings.items()}
        lines["arguments="] = f"arguments=({shlex.join(map(str, arguments))} --study \"$study\")"
        for start, line in lines.items():
            text, count = re.subn(f"^{start}.*", lambda _, new=line: new, text, count=1, flags=re.MULTILINE)
            self.assertEqual(count, 1, f"the template has no setting {start}")
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def witnessed(self, trials, sleep_ms, *more, held=0):
        """Arguments of a study on a grid, so that what is tried depends on nothing that happens. The last trials, as
        many as are to be held, do not end before they may."""
        gate = ["--set", f"gate={self.gate}", "--set", f"gate_from={trials - held}"] if held else []
        return ["--plugin", WITNESSED, "--set", f"witness={self.witness}", "--set", f"sleep_ms={sleep_ms}", *gate,
                "--strategy", "grid", "--trials", trials, "--rank-timeout", "20s", *more]

    def let_held_trials_end(self):
        self.gate.touch()

    def job(self, number):
        """Which ends with the test."""
        self.jobs.append(Job(number, self.environment))
        return self.jobs[-1]

    def sbatch(self, script, *options):
        return self.job(self.command("sbatch", "--parsable", "--time=30", *options, script).strip())

    def rank(self, number):
        """The process of this rank; nodes have processes of their own, which are ours as well."""
        setting = f"PMIX_RANK={number}".encode()
        found = []

        def is_one():  # what the rank starts is like it until it becomes another program
            found[:] = [pid for pid, line in tuner.processes(str(self.study)).items()
                        if line.startswith(str(tuner.TUNER)) and setting in tuner.environment_of(pid)]
            return len(found) == 1
        self.wait_for(is_one, f"rank {number}")
        return found[0]

    def log(self):
        return "".join(path.read_text(encoding="utf-8", errors="replace")
                       for path in sorted(self.folder.glob("*.log")))

    def wait_for(self, condition, what):
        """Waits for an event, not for a time: the guard only ends a hang."""
        begun = time.monotonic()
        looks = 0
        while not condition():
            looks += 1
            nothing_runs = looks % 10 == 0 and all(job.has_ended() for job in self.jobs)
            if time.monotonic() > begun + HANG_GUARD_S or (nothing_runs and not condition()):
                self.fail(f"never came: {what}\n{self.log()}")
            time.sleep(0.3)

    def await_end(self, job, *states):
        self.wait_for(job.has_ended, f"the end of job {job.number}")
        self.assertIn(job.state(), states or ("COMPLETED",), self.log())

    # What the trials did: their objective has written it down.

    def witnessed_lines(self, what):
        """[(trial, attempt, number)]"""
        if not self.witness.exists():
            return []
        rows = (line.split() for line in self.witness.read_text(encoding="utf-8").splitlines())
        return [(int(row[1]), int(row[2]), float(row[3])) for row in rows if row[0] == what]

    def await_results(self, count):
        self.wait_for(lambda: len(self.witnessed_lines("value")) >= count, f"{count} results")

    def await_trials_running(self, count):
        """So many that have begun and not ended."""
        self.wait_for(lambda: len(self.witnessed_lines("begin")) - len(self.witnessed_lines("value")) >= count,
                      f"{count} running trials")

    # What the study says.

    def stop_study(self):
        self.command(tuner.TUNER, "stop", self.study, "--wait", f"{HANG_GUARD_S}s")

    def status_code(self):
        return subprocess.run([tuner.TUNER, "status", self.study, "--exit-code"], env=self.environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

    def await_status(self, code):
        """A run that was killed before it gave its study back leaves that to be seen."""
        tuner.wait_for(lambda: self.status_code() == code, f"status {code}")

    def known_results(self, study=None):
        """{trial: (values, parameters)} of all that are complete, also while the study runs."""
        exported = json.loads(self.command(tuner.TUNER, "export", study or self.study, "--format", "json"))
        return {trial["number"]: (trial["values"], trial["parameters"])
                for trial in exported["trials"] if trial["state"] == "complete"}

    def undisturbed_results(self, arguments):
        """Of the same study on one rank here, its trials taking no time."""
        study = self.folder / "undisturbed.h5"
        tuner.run(*arguments, "--set", f"witness={self.folder / 'undisturbed.witness'}", "--set", "sleep_ms=0",
                  "--study", study)
        return self.known_results(study)

    def assert_same_as_undisturbed(self, arguments):
        self.assertEqual(self.status_code(), 0, self.log())
        self.assertEqual(self.known_results(), self.undisturbed_results(arguments))
