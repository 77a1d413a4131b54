"""pg_dump: PostgreSQL dumps a schema; a workspace is not dumped, and says what to do instead."""

import os
import subprocess

from postgres_server import newest_bin


def test_pg_dump(target):
    done = subprocess.run([newest_bin() / "pg_dump", "--schema-only"], env={**os.environ, **target.environment()}, capture_output=True,
                          text=True, timeout=60)
    if target.is_smew:
        assert done.returncode == 1 and done.stdout == ""
        assert 'ERROR:  function acldefault() is not supported' in done.stderr
        assert "Use COPY … TO STDOUT for a table's rows, or the export of the REST API." in done.stderr
    else:
        assert "CREATE TABLE in_c_sales.orders" in done.stdout
