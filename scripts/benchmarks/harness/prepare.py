"""Sets up what a run needs: Debian packages, the Python peer's virtual environment, the C load generators."""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LUA = "/usr/share/lua/5.1"

# System → what must be there, and the packages that bring it.
NEEDS = {
    "": (["redis-server", "wrk", "cc", "/usr/include/zstd.h"], ["redis-server", "wrk", "gcc", "libc6-dev", "libzstd-dev"]),
    "nginx": (["nginx", f"{LUA}/nginx/redis.lua", f"{LUA}/resty/core.lua", "/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so",
               "/usr/lib/nginx/modules/ngx_http_lua_module.so"],
              ["nginx-light", "libnginx-mod-http-lua", "lua-nginx-redis", "lua-cjson", "lua-resty-core"]),
    "webdis": (["webdis"], ["webdis"]),
    "fastapi": (["/usr/bin/python3"], ["python3"]),
    "node": (["node"], ["nodejs"]),
}
# What runs in a virtual environment of its own.
IN_PYTHON = {"fastapi", "duckdb"}
# The load generators, and what they are linked with.
TOOLS = {"openload": [], "rawload": [], "pages": [], "makearchive": ["-lzstd", "-lm"]}


def present(need):
    if not need.startswith("/"):
        return shutil.which(need) is not None
    return os.path.exists(need) or (need.endswith(".so") and shutil.which("dpkg") and _packaged(os.path.basename(need)))


def _packaged(name):
    return subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True).returncode == 0


def packages(systems):
    """Installs what is missing. Services that an installation starts by itself are left as they are."""
    missing = []
    for system in ["", *systems]:
        needs, names = NEEDS.get(system, ([], []))
        if not all(present(need) for need in needs):
            missing += names
    if IN_PYTHON & set(systems) and subprocess.run(["/usr/bin/python3", "-c", "import ensurepip"],
                                               capture_output=True).returncode != 0:
        missing.append("python3-venv")
    if not missing:
        return
    print("installing", *missing, file=sys.stderr, flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]):
        subprocess.run([*sudo, *command], check=True, stdout=subprocess.DEVNULL, env=environment, timeout=900)


def venv(folder, peer):
    """A Python peer's environment, made once and again when its requirements change."""
    requirements = f"{HERE}/peers/{peer}/requirements.txt"
    wanted = open(requirements).read()
    stamp = f"{folder}/requirements.txt"
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return folder
    print(f"setting up {peer}", file=sys.stderr, flush=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", folder], check=True, timeout=120)
    subprocess.run([f"{folder}/bin/pip", "install", "-q", "--disable-pip-version-check", "-r",
                    requirements], check=True, timeout=600, stdout=sys.stderr)
    with open(stamp, "w") as file:
        file.write(wanted)
    return folder


def compile_tools(folder):
    """The load generators, compiled anew when their source is newer."""
    os.makedirs(folder, exist_ok=True)
    header = os.path.getmtime(f"{HERE}/load/records.h")
    for name, libraries in TOOLS.items():
        source, target = f"{HERE}/load/{name}.c", f"{folder}/{name}"
        if not os.path.exists(target) or os.path.getmtime(target) < max(os.path.getmtime(source), header):
            subprocess.run(["cc", "-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", target, source,
                            *libraries], check=True, timeout=60)
    return folder
