#!/usr/bin/env python3
"""Makes the first inputs of the journal and study_file fuzzers: a small study as a killed run and a finished one leave it.

usage: make_corpus.py path/to/tuner
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).parent / "corpus"
SPACE = {"parameters": [{"name": "x", "type": "float", "low": -5, "high": 5},
                        {"name": "c", "type": "categorical", "choices": ["a", "b"]}]}


class Session:
    def __init__(self, tuner, study):
        self.process = subprocess.Popen([tuner, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.say("create", study=str(study), space=SPACE, strategy="random", constraints=["cost"])

    def say(self, op, **request):
        print(json.dumps({"op": op, **request}), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def some_trials(self):
        for _ in range(2):
            trial = self.say("ask")["trials"][0]["trial"]
            self.say("tell", trial=trial, values=[1.5], constraints=[-1], metrics={"auc": 0.9})
        self.say("tell", trial=self.say("ask")["trials"][0]["trial"], failed="crash", message="killed by signal 11")


def main(tuner):
    with tempfile.TemporaryDirectory() as folder:
        study = pathlib.Path(folder) / "s.h5"
        session = Session(tuner, study)
        session.some_trials()
        session.process.kill()
        session.process.wait()
        shutil.copy(study, CORPUS / "study_file" / "empty")
        shutil.copy(max(study.parent.glob("s.h5.journal.*")), CORPUS / "journal" / "killed")
        session = Session(tuner, study)
        session.some_trials()
        session.say("close")
        session.process.wait()
        shutil.copy(study, CORPUS / "study_file" / "finished")


if __name__ == "__main__":
    main(sys.argv[1])
