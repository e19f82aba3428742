#!/usr/bin/env python3
"""Compare /healthcheck of the Python library with that of healthcheck_exporter.

    compare.py http://old:5000/healthcheck http://new:10927/healthcheck

Both are asked once. Prints what a client could notice, one difference a line:
the status, the content type, the members and their order, the checks, whether
each passed, and how long its result is kept. Outputs, times and host names are
not compared. Exit status: 0 no difference, 1 differences, 2 one side gave no
report. Needs Python 3.6 and nothing else.
"""
import json
import sys
import urllib.error
import urllib.request

TIMEOUT = 30  # seconds


def ask(url):
    """Return (status, content type, report) of one side."""
    try:
        answer = urllib.request.urlopen(url, timeout=TIMEOUT)
    except urllib.error.HTTPError as err:
        answer = err  # A failed report has status 500.
    except (OSError, ValueError) as err:
        raise NoReport("%s: %s" % (url, err))
    with answer:
        body = answer.read()
    try:
        report = json.loads(body.decode("utf-8"))
        report["results"], report["status"]
    except (ValueError, KeyError, TypeError):
        raise NoReport("%s: status %d, not a report: %.60r" % (url, answer.getcode(), body))
    return answer.getcode(), answer.headers.get("Content-Type", ""), report


class NoReport(Exception):
    """One side cannot be compared."""


def different(what, old, new):
    """Yield a line if the two sides differ."""
    if old != new:
        yield "%s: %s, now %s" % (what, old, new)


def ttl(result):
    """How long the result is kept, in whole seconds; None: it is not cached."""
    expires = result.get("expires")
    return None if expires is None else round(expires - result["timestamp"])


def differences(old, new):
    """Yield all differences between two answers of ask."""
    yield from different("status", old[0], new[0])
    yield from different("content type", old[1], new[1])
    yield from different("members", list(old[2]), list(new[2]))
    yield from different('"status"', old[2]["status"], new[2]["status"])
    before = {r["checker"]: r for r in old[2]["results"]}
    after = {r["checker"]: r for r in new[2]["results"]}
    for name in before:
        if name not in after:
            yield "check %s: missing" % name
    for name in after:
        if name not in before:
            yield "check %s: only in the new one" % name
    both = [name for name in before if name in after]
    yield from different("order of the checks", both, [name for name in after if name in before])
    for name in both:
        for what, of in (("members", list), ("passed", lambda r: r.get("passed")), ("TTL in seconds", ttl)):
            yield from different("check %s: %s" % (name, what), of(before[name]), of(after[name]))


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        found = list(differences(ask(arguments[0]), ask(arguments[1])))
    except NoReport as err:
        print(err, file=sys.stderr)
        return 2
    for line in found:
        print(line)
    if not found:
        print("no difference")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
