"""Ask a running `course lab`, as its pages do."""

import json
import urllib.request


def ask(port, token, path, data=None, method=None):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{path}",
        data=None if data is None else json.dumps(data).encode(),
        headers={"Authorization": f"token {token}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()
