"""A study whose processes are killed and that is started again with the same line until it is done; and what must hold
after each kill. Every choice comes from the seed; when a kill hits is up to the machine."""
import collections
import dataclasses
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
import tuner_program as tuner  # noqa: E402

import marked_processes  # noqa: E402

OBJECTIVE = tuner.BUILD / "lib/tuner/fixtures/witnessed_objective.so"
RANKS = 4
TRIALS = 100
KILLS_PER_STUDY = 20
HANG_GUARD_S = 300
STRATEGIES = ("grid", "sobol", "random", "bayes")
INDEPENDENT_OF_RESULTS = ("grid", "sobol", "random")
TARGETS = ("objective's host", "strategy's host", "guard", "worker", "manager", "mpirun", "everything")


class Broken(Exception):
    """A promise that was not kept."""


@dataclasses.dataclass
class Counts:
    """What a campaign counts."""
    kills: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by target, placing, recovery
    studies: int = 0
    runs: int = 0
    results_checked: int = 0  # acknowledged before a kill and looked for after it
    hung_launchers: int = 0  # mpirun stayed although its ranks had ended (Open MPI)
    segments_of_startup: int = 0  # left in /dev/shm by ranks that were killed inside of MPI_Init
    ready_s: list = dataclasses.field(default_factory=list)  # start of rank 0 to the first trial, of resumed runs

    def add(self, other):
        self.kills += other.kills
        for field in dataclasses.fields(self)[1:]:
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@dataclasses.dataclass
class Record:
    """A study as `tuner export` tells it."""
    trials: dict
    failures: list

    def results(self):
        return {number: (trial["attempt"], trial["values"], trial["parameters"])
                for number, trial in self.trials.items() if trial["state"] == "complete"}


def read_record(study):
    try:
        exported = json.loads(tuner.run("export", study, "--format", "json"))
    except (AssertionError, ValueError) as error:
        raise Broken(f"the study does not open: {error}") from error
    return Record({trial["number"]: trial for trial in exported["trials"]}, exported["failures"])


def expect(holds, what):
    if not holds:
        raise Broken(what)


def settles(condition):
    """Whether it comes true within the hang guard's time."""
    guard = time.monotonic() + HANG_GUARD_S
    while not condition():
        if time.monotonic() > guard:
            return False
        time.sleep(0.002)
    return True


class DisturbedStudy:
    def __init__(self, seed, folder, kills=KILLS_PER_STUDY):
        self.chance = random.Random(seed)
        self.folder = folder
        self.study = folder / "study.h5"
        self.witness = folder / "witness"
        self.gate = folder / "gate"  # the last trials wait for the first kill
        self.strategy = self.chance.choice(STRATEGIES)
        self.recovery = self.chance.random() < 0.5
        self.kills_left = kills
        self.mark = f"{os.getpid()}-{seed}"
        self.shared_memory = pathlib.Path(f"/dev/shm/tuner-drill-{self.mark}")
        self.known = {}  # results that were acknowledged once
        self.killed = collections.Counter()
        self.counts = Counts(studies=1)

    def drill(self):
        self.shared_memory.mkdir()
        try:
            while not self.done():
                self.run_once()
            self.check_end()
        except Broken as broken:
            left = ", ".join(f"{process.role} {process.pid}" for process in marked_processes.marked(self.mark))
            raise Broken(f"{broken}; processes: {left or 'none'}") from broken
        finally:
            for process in marked_processes.marked(self.mark):
                marked_processes.kill(process)
            shutil.rmtree(self.shared_memory, ignore_errors=True)
        return self.counts

    # Runs and kills.

    def arguments(self, study, witness):
        return ["--plugin", OBJECTIVE, "--set", f"witness={witness}", "--set", "sleep_ms=20", "--set",
                f"gate={self.gate}", "--set", f"gate_from={TRIALS - 2 * RANKS}", "--strategy", self.strategy, "--trials",
                TRIALS, "--max-lost", 0, "--rank-timeout", "15s", "--study", study]

    def run_once(self):
        """From the start of mpirun to the end of its last process."""
        self.counts.runs += 1
        self.lines_before = len(self.lines("begin"))
        resumed = bool(self.known)
        (self.folder / "session").mkdir(exist_ok=True)
        with open(self.folder / "output", "w+", encoding="utf-8") as output:
            launcher = subprocess.Popen(
                tuner.command(self.arguments(self.study, self.witness), RANKS,
                              ["--enable-recovery"] if self.recovery else []),
                env=dict(tuner.ENVIRONMENT, TMPDIR=str(self.folder / "session"),
                         OMPI_MCA_btl_vader_backing_directory=str(self.shared_memory),
                         **{marked_processes.MARK: self.mark}),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            self.started_s = time.monotonic()
            self.rank0_started_s = None
            while self.kills_left > 0 and self.place_kill(launcher) and self.chance.random() < 0.8:
                continue
            self.gate.touch()
            self.await_end(launcher)
        if resumed:
            self.note_readiness()
        self.check_run((self.folder / "output").read_text(encoding="utf-8", errors="replace"))

    def place_kill(self, launcher):
        """Kills one target at its event or moment. False once the run is over, or will be."""
        target = self.chance.choice(TARGETS)
        placing = self.chance.choice(("count", "moment"))
        if placing == "count":
            count = len(self.lines("begin")) + self.chance.randrange(1, 9)
            reached = lambda: len(self.lines("begin")) >= count
        else:
            # The first may come while the ranks start, which takes most of a second.
            moment = max(self.started_s + self.chance.uniform(0, 1.2), time.monotonic() + self.chance.uniform(0, 0.1))
            reached = lambda: time.monotonic() >= moment
        if not settles(lambda: launcher.poll() is not None or reached()):
            return False  # it hangs, which await_end() will say
        victims = self.victims(target, launcher)
        if not victims:
            return False
        self.keep_snapshot()
        while victims:
            for victim in victims:
                marked_processes.kill(victim)
            # Also what was started since the look.
            victims = self.processes() if target == "everything" else []
        self.gate.touch()
        self.kills_left -= 1
        self.killed[target] += 1
        self.counts.kills[target, placing, self.recovery] += 1
        return target in ("objective's host", "strategy's host", "guard") or (target == "worker" and self.recovery)

    def victims(self, target, launcher):
        """None where the run ended before it had such a process."""
        found = []

        def appeared():
            found[:] = [p for p in self.processes() if target in ("everything", p.role)]
            return found or launcher.poll() is not None

        settles(appeared)
        if target == "everything":
            self.chance.shuffle(found)
            return found
        return [self.chance.choice(found)] if found else []

    def await_end(self, launcher):
        """All processes end by themselves, mpirun too; Open MPI's sometimes does not."""
        def ranks_ended():
            running = any(p.role in ("manager", "worker") for p in self.processes())
            return self.rank0_started_s is not None and not running

        expect(settles(lambda: launcher.poll() is not None or ranks_ended()), "the run did not end")
        try:
            launcher.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.counts.hung_launchers += 1
            launcher.kill()
            launcher.wait()
        expect(settles(lambda: not self.processes()), "processes are left")

    def processes(self):
        found = marked_processes.marked(self.mark)
        self.rank0_started_s = next((p.started_s for p in found if p.role == "manager"), self.rank0_started_s)
        return found

    # What is known from beside the study.

    def lines(self, what):
        """What the objective wrote down: [(trial, attempt, number)]."""
        if not self.witness.exists():
            return []
        rows = (line.split() for line in self.witness.read_text().splitlines())
        return [(int(trial), int(attempt), float(number)) for kind, trial, attempt, number in rows if kind == what]

    def keep_snapshot(self):
        """The study's files as they are now, not while a checkpoint replaces them."""
        snapshot = self.folder / "snapshot"
        for _ in range(20):
            shutil.rmtree(snapshot, ignore_errors=True)
            snapshot.mkdir()
            before = self.files()
            try:
                for path in before:
                    shutil.copy(path, snapshot)
            except FileNotFoundError:
                continue
            if self.files() == before:
                return
        shutil.rmtree(snapshot)

    def files(self):
        found = {}
        for path in [self.study, *self.folder.glob("study.h5.journal.*")]:
            try:
                found[path] = path.stat().st_ino
            except FileNotFoundError:
                pass
        return found

    def note_readiness(self):
        begins = self.lines("begin")[self.lines_before:]
        if begins and self.rank0_started_s is not None:
            self.counts.ready_s.append(begins[0][2] - self.rank0_started_s)

    # What must hold.

    def check_run(self, output):
        self.check_shared_memory()
        if not self.study.exists():
            expect(not self.known and not self.lines("begin"), "the study is gone")
            return
        record = read_record(self.study)
        self.check_results(record, output)
        self.check_attempts(record)
        tuner.run("verify", self.study)
        self.known = record.results()

    def check_shared_memory(self):
        # An empty one is a name that a rank has made anew so that Open MPI finds what to remove.
        segments = [segment for segment in self.shared_memory.iterdir() if segment.stat().st_size > 0]
        if len(self.lines("begin")) == self.lines_before:
            self.counts.segments_of_startup += len(segments)
        else:
            expect(not segments, f"shared memory is left: {segments}")
        for segment in self.shared_memory.iterdir():
            segment.unlink()

    def check_results(self, record, output):
        results = record.results()
        acknowledged = dict(self.known)
        if (self.folder / "snapshot" / "study.h5").exists():
            acknowledged |= read_record(self.folder / "snapshot" / "study.h5").results()
        for number, result in acknowledged.items():
            expect(results.get(number) == result, f"trial {number} was {result} and is {results.get(number)}")
        for number, value in re.findall(r"^tuner: trial (\d+): (\S+) is the best of", output, re.MULTILINE):
            expect(int(number) in results, f"trial {number} was shown and is gone")
            shown = f"{results[int(number)][1]['value']:.6g}"
            expect(float(shown) == float(value), f"trial {number} was shown as {value} and is {shown}")
        self.counts.results_checked += len(acknowledged)
        computed = {(trial, attempt): value for trial, attempt, value in self.lines("value")}
        for number, (attempt, values, _) in results.items():
            expect(computed.get((number, attempt)) == values["value"],
                   f"trial {number} attempt {attempt} gave {computed.get((number, attempt))}, recorded is {values}")

    def check_attempts(self, record):
        begun = collections.Counter((trial, attempt) for trial, attempt, _ in self.lines("begin"))
        for (trial, attempt), times in begun.items():
            expect(times == 1, f"attempt {attempt} of trial {trial} ran {times} times")
            expect(trial in record.trials, f"trial {trial} ran and is not in the study")
            expect(attempt <= record.trials[trial]["attempt"], f"attempt {attempt} of trial {trial} is not in the study")
        ended = collections.Counter((failure["trial"], failure["attempt"]) for failure in record.failures)
        for (trial, attempt), times in ended.items():
            expect(times == 1, f"attempt {attempt} of trial {trial} ended {times} times")
            state = record.trials[trial]["state"]
            expect(attempt < record.trials[trial]["attempt"] or state != "complete",
                   f"attempt {attempt} of trial {trial} failed and was accepted")
        repeated = sum(max(0, trial["attempt"] - 1) for trial in record.trials.values())
        most = RANKS * sum(self.killed.values())
        expect(repeated <= most, f"{repeated} attempts were repeated after {sum(self.killed.values())} kills")

    def done(self):
        return self.study.exists() and "finished: all" in tuner.run("status", self.study)

    def check_end(self):
        record = read_record(self.study)
        expect(len(record.trials) >= TRIALS, f"{len(record.trials)} trials")
        failed = [number for number, trial in record.trials.items() if trial["state"] == "failed"]
        # Where everything is killed, in some order, a rank may still see its host die and report that.
        most = self.killed["objective's host"] + self.killed["guard"] + RANKS * self.killed["everything"]
        expect(len(failed) <= most,
               f"trials {failed} failed although only {dict(self.killed)} were killed")
        if self.strategy in INDEPENDENT_OF_RESULTS:
            self.check_against_undisturbed(record, set(failed))
        said = tuner.run("replay", self.study)
        expect("all equal" in said or "not comparable" in said, f"replay: {said}")

    def check_against_undisturbed(self, record, failed):
        study = self.folder / "undisturbed.h5"
        tuner.run(*self.arguments(study, self.folder / "undisturbed.witness"))
        for number, trial in read_record(study).trials.items():
            found = record.trials[number]
            expect(found["parameters"] == trial["parameters"] and found["seed"] == trial["seed"],
                   f"trial {number} is {found['parameters']}, undisturbed it is {trial['parameters']}")
            expect(number in failed or found["values"] == trial["values"],
                   f"trial {number} gave {found['values']}, undisturbed it gives {trial['values']}")
