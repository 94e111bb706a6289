#!/usr/bin/env python3
"""A Sluice worker with nothing but Python's standard library: it runs shell jobs, one at a time. See docs/worker-protocol.md.

Set SLUICE_URL and SLUICE_TOKEN; and SLUICE_LABELS (separated by commas), SLUICE_LEASE_TTL_MS or SLUICE_WORKER_ID if you like.
"""
import codecs, json, os, pathlib, random, signal, socket, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request
from urllib.parse import quote

URL, TOKEN = os.environ["SLUICE_URL"].rstrip("/"), os.environ.get("SLUICE_TOKEN", "")
LABELS = [label for label in os.environ.get("SLUICE_LABELS", "").split(",") if label]
TTL_MS = int(os.environ.get("SLUICE_LEASE_TTL_MS", "30000"))
WORKER_ID = os.environ.get("SLUICE_WORKER_ID", f"python-{socket.gethostname()}-{os.getpid()}-{random.getrandbits(32):08x}")
WORKER_PATH = f"/v1/workers/{quote(WORKER_ID, safe='')}"
stopping, running = threading.Event(), []


class Refused(Exception):
    """The server says no, and repeating the request will not change that. Its code says why."""


def call(method, path, body=None, timeout=10.0):
    """Sends a request once. Raises OSError or ValueError where the same request may succeed later."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, None if body is None else json.dumps(body).encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.loads(response.read() or "null")
    except urllib.error.HTTPError as error:
        if error.code == 429 or error.code >= 500:
            raise
        raise Refused(json.load(error)["code"]) from None


def persist(path, body, until):
    """Posts until the server answers or the time is up: what settles a job, or stores logs, may be repeated."""
    while True:
        try:
            return call("POST", path, body)
        except (OSError, ValueError):
            if time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.1, 0.5))


class Attempt:
    def __init__(self, claimed):
        self.job, self.lease = claimed["job"], claimed["lease"]
        self.path = f"/v1/leases/{quote(self.lease['leaseId'], safe='')}"
        self.ends = time.monotonic() + TTL_MS / 1000
        self.why_stopped = None

    def guard(self, process):
        """Keeps the lease while the script runs, stops the script when it must not go on, and leaves nothing of it behind."""
        started = renewed = time.monotonic()
        while process.poll() is None and self.why_stopped is None:
            time.sleep(0.05)
            now = time.monotonic()
            if stopping.is_set():
                self.why_stopped = "stopping"
            elif now > started + self.job.get("timeoutMs", float("inf")) / 1000:
                self.why_stopped = "timed out"
            elif now > self.ends:
                self.why_stopped = "lease lost"
            elif now > renewed + TTL_MS / 3000:
                renewed = now
                try:
                    call("POST", self.path + "/renew", {"extendByMs": TTL_MS}, timeout=TTL_MS / 3000)
                    self.ends = now + TTL_MS / 1000
                except Refused:  # cancelled, or given to somebody else
                    self.why_stopped = "lease lost"
                except (OSError, ValueError):
                    pass  # asked again while the lease lasts
        for number, grace in ((signal.SIGTERM, 5 if process.poll() is None else 0.25), (signal.SIGKILL, 0)):
            try:
                os.killpg(process.pid, number)
                process.wait(grace)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass

    def send_log(self, pipe):
        """Sends what the script prints, in order. It has to wait where it prints faster than the server takes it."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        # Each lease begins somewhere else: an attempt that was handed back runs again under the same number.
        sequence = random.getrandbits(52)
        while data := os.read(pipe.fileno(), 65536):
            text = decoder.decode(data).replace("\0", "\ufffd")
            chunk = {"sequence": sequence, "stream": "stdout", "text": text}
            chunk.update((key, self.lease[key]) for key in ("workflowId", "jobId", "attempt"))
            sequence += 1
            try:
                persist("/v1/logs", {"chunks": [chunk]}, time.monotonic() + 30)
            except (OSError, ValueError, Refused) as error:
                print(f"a part of a log was lost: {error}", file=sys.stderr)

    def run(self, folder):
        """Runs the script. Returns how to settle the job: the last part of the path, and the body."""
        outputs, needs = pathlib.Path(folder, "outputs"), pathlib.Path(folder, "needs.json")
        outputs.touch()
        needs.write_text(json.dumps(self.job.get("upstreamOutputs", {})))
        env = {name: value for name, value in os.environ.items() if name != "SLUICE_TOKEN"}
        env.update(SLUICE_JOB_ID=self.job["jobId"], SLUICE_WORKFLOW_ID=self.job["workflowId"], SLUICE_OUTPUT=str(outputs),
                   SLUICE_ATTEMPT=str(self.lease["attempt"]), SLUICE_WORKER_ID=WORKER_ID, SLUICE_NEEDS=str(needs))
        with subprocess.Popen(["sh", "-e", "-c", self.job["command"]], env=env, start_new_session=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            guard = threading.Thread(target=self.guard, args=(process,))
            guard.start()
            self.send_log(process.stdout)
            guard.join()
        if self.why_stopped == "stopping":
            return "release", None
        code = process.returncode
        if self.why_stopped is None and code == 0:
            return "complete", {"outputs": dict(line.split("=", 1) for line in outputs.read_text().splitlines() if "=" in line)}
        failure = {"message": self.why_stopped or f"exit code {code}", **({"exitCode": code} if code > 0 else {})}
        return "fail", {"failure": failure, "retryable": True}

    def work(self):
        running.append({"workflowId": self.job["workflowId"], "jobId": self.job["jobId"]})
        try:
            with tempfile.TemporaryDirectory() as folder:
                call_name, body = self.run(folder)
            if self.why_stopped != "lease lost":
                persist(f"{self.path}/{call_name}", body, self.ends)
        except (OSError, ValueError, Refused) as error:
            print(f"job {self.job['jobId']} was not settled: {error}", file=sys.stderr)
        running.clear()


def tell_alive():
    info = {"workerId": WORKER_ID, "labels": LABELS, "concurrency": 1, "offlineAfterMs": 15000, "pid": os.getpid()}
    while not stopping.is_set():
        try:
            call("POST", WORKER_PATH + "/heartbeat", {"running": running[:]})
            stopping.wait(5)
        except Refused:  # not registered, or forgotten meanwhile
            call("POST", "/v1/workers", info)
        except (OSError, ValueError):
            stopping.wait(1)


def main():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=tell_alive, daemon=True).start()
    while not stopping.is_set():
        try:
            claim = {"workerId": WORKER_ID, "labels": LABELS, "leaseTtlMs": TTL_MS, "waitMs": 2000}
            for claimed in call("POST", "/v1/claims", claim)["jobs"]:
                Attempt(claimed).work()
        except (OSError, ValueError) as error:
            print(f"the server does not answer, trying again: {error}", file=sys.stderr)
            stopping.wait(random.uniform(0.2, 1))
    try:
        call("DELETE", WORKER_PATH)
    except (OSError, ValueError, Refused):
        pass


if __name__ == "__main__":
    main()
