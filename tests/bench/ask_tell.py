"""A client of `tuner ask-tell`: a study whose trials are evaluated here."""

import json
import pathlib
import subprocess


class AskTellError(RuntimeError):
    """What tuner answered in the place of a result."""


class AskTell:
    """One session. Use it as a context manager; leaving it closes the study."""

    def __init__(self, build, environment=None, **create):
        tuner = str(pathlib.Path(build).resolve() / "bin" / "tuner")
        self.process = subprocess.Popen([tuner, "ask-tell"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment)
        self.created = self.say(op="create", **create)

    def say(self, **request):
        self.write(request)
        return self.read()

    def say_all(self, requests):
        """Many requests need not wait for each other's answers, but these must be read before they fill the pipe."""
        at_once = 500
        requests = list(requests)
        answers = []
        for start in range(0, len(requests), at_once):
            together = requests[start:start + at_once]
            self.write(*together)
            answers += [self.read() for _ in together]
        return answers

    def write(self, *requests):
        self.process.stdin.write(b"".join(json.dumps(request).encode() + b"\n" for request in requests))
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise AskTellError(f"tuner ask-tell has ended with code {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise AskTellError(answer["error"])
        return answer

    def ask(self, count=1):
        return self.say(op="ask", n=count)["trials"]

    def tell(self, trial, *values):
        self.say(op="tell", trial=trial, values=values)

    def best(self):
        return self.say(op="best")["best"]

    def close(self):
        self.say(op="close")
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
