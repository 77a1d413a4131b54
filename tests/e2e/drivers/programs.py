"""Drivers of other languages: each has a folder with a small program that runs its cases against the server that libpq's
environment variables name, and reports them by the Test Anything Protocol. This module builds the programs and runs them.

What is built or fetched lands in build/drivers, so that a second run takes seconds."""

import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import time

from smew_server import ROOT

HERE = pathlib.Path(__file__).parent
BUILD = ROOT / "build/drivers"
CASE = re.compile(r"(?P<not>not )?ok \d+ - (?P<name>.*)")


class Missing(Exception):
    """A toolchain that this machine does not have and Debian does not give in a version that will do."""


@dataclasses.dataclass
class Case:
    name: str
    passed: bool
    notes: list


def tool(name):
    path = shutil.which(name)
    if not path:
        raise Missing(f"{name} is not installed")
    return path


def recent(name, version_command, least):
    """The path of a toolchain, when it is as recent as the drivers need it."""
    path = tool(name)
    version = tuple(map(int, re.search(r"(\d+)\.(\d+)", call(path, *version_command)).groups()))
    if version < least:
        raise Missing(f"{name} is of version {version}, {least} is needed")
    return path


def call(*command, **options):
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, **options)
    assert result.returncode == 0, f"{' '.join(map(str, command))}:\n{result.stdout[-4000:]}"
    return result.stdout


def fetch(*command, **options):
    """What a registry gives: asked once more when it does not answer."""
    try:
        return call(*command, **options)
    except AssertionError:
        time.sleep(5)
        return call(*command, **options)


def unless_done(directory, sources, work):
    """Runs work() in the empty directory, unless that has been done for the same contents of the sources."""
    contents = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()
    stamp = directory / "stamp"
    if not stamp.exists() or stamp.read_text() != contents:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        work()
        stamp.write_text(contents)


def jdbc():
    """Maven fetches the driver in the version pom.xml names; javac alone compiles."""
    source, out = HERE / "jdbc", BUILD / "jdbc"
    maven = [tool("mvn"), "-q", "-B", "-f", source / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={out / 'lib'}"]
    unless_done(out / "lib", [source / "pom.xml"], lambda: fetch(*maven))
    sources = list(source.glob("*.java"))
    unless_done(out / "classes", sources, lambda: call(tool("javac"), "-d", out / "classes", "-cp", f"{out / 'lib'}/*", *sources))
    return [tool("java"), "-XX:+UseSerialGC", "-cp", f"{out / 'classes'}:{out / 'lib'}/*", "Main"]


def node(script):
    """The packages of package-lock.json are installed beside a copy of the programs."""
    source, out = HERE / "node", BUILD / "node"
    lock = [source / "package.json", source / "package-lock.json"]

    def install():
        for path in lock:
            shutil.copy(path, out)
        fetch(tool("npm"), "ci", "--silent", "--no-audit", "--no-fund", cwd=out)

    unless_done(out, lock, install)
    for path in source.glob("*.js"):
        shutil.copy(path, out)
    return [tool("node"), out / script]


def go(group):
    source, program = HERE / "go", BUILD / "go/cases"
    program.parent.mkdir(parents=True, exist_ok=True)
    fetch(recent("go", ["env", "GOVERSION"], (1, 25)), "build", "-o", program, ".", cwd=source, env={**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false"})
    return [program, group]


def rust():
    fetch(recent("cargo", ["--version"], (1, 85)), "build", "--quiet", "--locked", "--manifest-path", HERE / "rust/Cargo.toml", "--target-dir", BUILD / "rust")
    return [BUILD / "rust/debug/driver-cases"]


def script(interpreter, path):
    return [*map(tool, interpreter[:1]), *interpreter[1:], HERE / path]


def run(command, target):
    """The cases of a program, which must have run to its end."""
    environment = {**os.environ, **target.environment(), "TEST_CA": target.ca_file, "SSL_CERT_FILE": target.ca_file}
    result = subprocess.run([str(part) for part in command], capture_output=True, timeout=300, env=environment, cwd=HERE)
    output, errors = result.stdout.decode(), result.stderr.decode()[-2000:]
    cases = []
    for line in output.splitlines():
        if match := CASE.fullmatch(line.rstrip()):
            cases.append(Case(match["name"], not match["not"], []))
        elif cases and line.startswith("#"):
            cases[-1].notes.append(line)
    assert cases and f"1..{len(cases)}" in output, f"did not run to its end: {output[-2000:]}\n{errors}"
    return cases
