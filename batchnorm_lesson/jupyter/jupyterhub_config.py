"""The lessons on one server for a class, with JupyterHub: copy this file and change LESSONS. As root, on Linux:

    python3 -m venv /opt/lessons
    /opt/lessons/bin/pip install -r requirements.txt jupyterhub jupyterhub-idle-culler   # in the folder of the lessons
    npm install --global configurable-http-proxy
    newusers class.txt                               # a line for each student: ada:PASSWORD:::Ada:/home/ada:/bin/bash
    chmod 700 /home/*                                # or else the students read each other's work
    /opt/lessons/bin/jupyterhub -f jupyterhub_config.py          # in a folder that only root can write into

Each student has an account of the computer, with a password and a folder. Whoever logs in gets the lessons, and at a
later log-in what is new in them, by nbgitpuller; what was typed stays. Every account must be able to read both the
environment and the folder of the lessons that it was installed from.
"""
import sys
from pathlib import Path
from urllib.parse import urlencode

import batchnorm_lesson

LESSONS = "https://github.com/OWNER/NAME"  # your copy of the repository, readable without a password
FIRST = "notebooks/00_see_why_normalize.ipynb"
IDLE_SECONDS = 4 * 3600  # until a server ends that nobody uses; the lessons' own settings end its kernels as late
MOST_BYTES = 2 * 1024 ** 3  # for each kernel: a lesson fits many times, and an array that does not is a MemoryError

c = get_config()  # noqa: F821

# Only for this computer. For others it takes TLS, without which passwords can be read on the way: "https://:443" here,
# and the files of a certificate for the server's name in c.JupyterHub.ssl_cert and c.JupyterHub.ssl_key.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.Authenticator.allow_all = True  # who has an account of this computer

bin_ = Path(sys.executable).parent
c.Spawner.cmd = ["prlimit", f"--data={MOST_BYTES}", str(bin_ / "jupyterhub-singleuser")]
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(Path(batchnorm_lesson.__file__).parent / "jupyter"),  # the lessons' settings
    "OMP_NUM_THREADS": "1",  # thirty students share the processors already
}
c.Spawner.default_url = "/git-pull?" + urlencode(
    {"repo": LESSONS, "targetpath": "lessons", "urlpath": f"lab/tree/lessons/{FIRST}"})
c.Spawner.start_timeout = 120  # thirty at once

c.JupyterHub.services = [{"name": "idle-culler", "command": [
    sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"]}]
c.JupyterHub.load_roles = [{"name": "idle-culler", "services": ["idle-culler"], "scopes": [
    "list:users", "read:users:activity", "read:servers", "delete:servers"]}]
