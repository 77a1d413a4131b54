"""What a driver is pointed at: a smew workspace, or a database of PostgreSQL 15, both with the same two tables."""

import dataclasses
import subprocess
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Target:
    """One database to connect to. Both servers speak TLS with a certificate of ca_file for 127.0.0.1."""

    name: str
    host: str
    port: int
    database: str
    user: str
    password: str
    ca_file: str

    @property
    def is_smew(self):
        return self.name == "smew"

    def parameters(self, **changes):
        """libpq's keywords."""
        return {"host": self.host, "port": self.port, "dbname": self.database, "user": self.user, "password": self.password,
                "sslmode": "disable", "connect_timeout": 20, **changes}

    def dsn(self, **changes):
        return " ".join(f"{key}={value}" for key, value in self.parameters(**changes).items())

    def uri(self, scheme="postgresql", password=None, **options):
        login = f"{self.user}:{urllib.parse.quote(password or self.password)}"
        query = "?" + urllib.parse.urlencode(options) if options else ""
        return f"{scheme}://{login}@{self.host}:{self.port}/{self.database}{query}"

    def environment(self, **changes):
        """For programs that use libpq."""
        return {"PGHOST": self.host, "PGPORT": str(self.port), "PGDATABASE": self.database, "PGUSER": self.user,
                "PGPASSWORD": self.password, "PGSSLMODE": "disable", "PGCONNECT_TIMEOUT": "20", **changes}


def make_certificate(directory):
    """A self-signed certificate for 127.0.0.1; returns the paths of certificate and key."""
    certificate, key = directory / "server.crt", directory / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key
