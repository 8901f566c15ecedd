"""Writes what the documents' curl lines send into a folder, as inputs for the fuzzer: seeds.py FOLDER.

curl runs each line as it stands, against a listener here; its own settings say that this is where 127.0.0.1:8080 is."""

import hashlib
import os
import socket
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def receive(listener):
    link, _ = listener.accept()
    with link:
        link.settimeout(10)
        got = b""
        while b"\r\n\r\n" not in got:
            got += link.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += link.recv(65536)
        link.sendall(ANSWER)
    return head + b"\r\n\r\n" + body


def main(folder):
    os.makedirs(folder, exist_ok=True)
    lines = []
    for path in ("README.md", "Sources/howused/Documentation.docc/API.md"):
        with open(f"{ROOT}/{path}") as file:
            lines += [line for line in file.read().splitlines() if line.startswith("curl http://127.0.0.1:8080/api ")]
    assert len(lines) >= 4, "the documents have no curl lines any more"
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryDirectory() as home:
        listener.settimeout(10)
        with open(f"{home}/.curlrc", "w") as settings:
            settings.write(f'silent\nconnect-to = "127.0.0.1:8080:127.0.0.1:{listener.getsockname()[1]}"\n')
        for line in lines:
            with subprocess.Popen(["sh", "-c", line], env={**os.environ, "CURL_HOME": home}):
                request = receive(listener)
            # And the body alone, for each type that the first byte can name.
            body = request.partition(b"\r\n\r\n")[2]
            for seed in [request, *(b"%d" % number + body for number in range(4))]:
                with open(f"{folder}/{hashlib.sha1(seed).hexdigest()}", "wb") as file:
                    file.write(seed)
    with open(f"{folder}/multipart", "wb") as file:
        fields = {"botId": "1234567", "apiToken": "token", "requestType": "event", "event": "/start", "userId": "42"}
        file.write(b"2" + b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
                                   % (name.encode(), value.encode()) for name, value in fields.items()) + b"--b--\r\n")


if __name__ == "__main__":
    main(sys.argv[1])
