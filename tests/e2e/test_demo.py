"""`smew serve --demo` and what `make run` does."""

import json
import re
import subprocess

from smew_server import PROGRAM, Server


def test_demo_makes_a_sample_project_once_and_prints_the_psql_line(data_root):
    for _ in range(2):  # the second start finds the project and gives the workspace a new password
        command = [PROGRAM, "serve", "--demo", f"--data-dir={data_root}/demo", "--http-listen=127.0.0.1:0", "--pg-listen=127.0.0.1:0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            line = json.loads(process.stdout.readline())["psql"]
            result = subprocess.run(f"{line} -X -A -t -c 'SELECT count(*), count(DISTINCT customer_id) <= 50000 FROM in_c_sales.orders'",
                                    shell=True, capture_output=True, text=True, timeout=60)
            assert result.stdout.strip() == "1000000|t", result.stderr
        finally:
            process.terminate()
            assert process.wait(20) == 0


def test_two_servers_cannot_share_a_data_directory(start_server):
    server = start_server("locked")
    second = subprocess.run([PROGRAM, "serve", f"--data-dir={server.data_dir}", "--http-listen=127.0.0.1:0", "--pg-listen=127.0.0.1:0"],
                            capture_output=True, text=True, timeout=30)
    assert second.returncode != 0 and re.search(r"in use|another|lock", second.stderr + second.stdout)


def test_a_generated_admin_key_works_and_is_kept(data_root):
    class Keyless(Server):
        def start(self):
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.process = subprocess.Popen([PROGRAM, "serve", f"--data-dir={self.data_dir}", "--http-listen=127.0.0.1:0",
                                             "--pg-listen=127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            self.url = json.loads(self.process.stdout.readline())["http"]

    server = Keyless(f"{data_root}/keyless")
    try:
        import requests
        key_file = server.data_dir / "admin.key"
        assert key_file.stat().st_mode & 0o777 == 0o600
        for _ in range(2):
            reply = requests.get(server.url + "/projects", headers={"Authorization": f"Bearer {key_file.read_text().strip()}"}, timeout=10)
            assert reply.status_code == 200
            server.stop()
            server.start()
    finally:
        server.kill()
