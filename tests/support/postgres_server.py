"""A real PostgreSQL on a free port with a data directory of its own, for comparison."""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile


def newest_bin():
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise RuntimeError("PostgreSQL is not installed: scripts/install-packages test")
    return versions[-1].parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """Starts on construction; user postgres, password "postgres" (SCRAM), database postgres."""

    def __init__(self, **settings):
        self.bin = newest_bin()
        self.directory = tempfile.mkdtemp(prefix="smew-postgres-")
        self.port = free_port()
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            os.chown(self.directory, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
        password = pathlib.Path(self.directory) / "password"
        password.write_text("postgres")
        if self.as_user:
            shutil.chown(password, "postgres", "postgres")
        self._run("initdb", "-D", self.directory + "/data", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}",
                  "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.directory, **settings}
        arguments = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run("pg_ctl", "-D", self.directory + "/data", "-w", "-l", self.directory + "/log", "-o", arguments, "start")

    def _run(self, program, *arguments):
        subprocess.run([*self.as_user, str(self.bin / program), *arguments], check=True, stdout=subprocess.DEVNULL,
                       cwd=self.directory)

    def parameters(self):
        return {"host": "127.0.0.1", "port": self.port, "dbname": "postgres", "user": "postgres", "password": "postgres",
                "sslmode": "disable"}

    def pids(self):
        postmaster = int((pathlib.Path(self.directory) / "data/postmaster.pid").read_text().splitlines()[0])
        listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True).stdout
        return [postmaster, *map(int, listing.split())]

    def stop(self):
        subprocess.run([*self.as_user, str(self.bin / "pg_ctl"), "-D", self.directory + "/data", "-m", "immediate", "stop"],
                       stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(self.directory, ignore_errors=True)
