"""Projects: a scaffolded and set-up service for each stack, made once a run."""

import os
import shutil
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import copier

from .stacks import Stack

TEMPLATE = Path(__file__).resolve().parents[2]
# Read by the service or by its Makefile: what the tester's own shell says must not reach it.
SERVICE_VARIABLES = frozenset(
    {
        "ALLOWED_HOSTS",
        "CACHE_URL",
        "CORS_ORIGINS",
        "DATABASE_URL",
        "DAYS",
        "ENVIRONMENT",
        "FLAGS",
        "HOST",
        "LOG_FORMAT",
        "LOG_LEVEL",
        "MAX_BODY_BYTES",
        "NAME",
        "PERMISSIONS",
        "PORT",
        "PREFIX",
        "SECRET_KEY",
        "UPDATE",
        "VIRTUAL_ENV",
        "WORKERS",
    }
)
# PYTHONDONTWRITEBYTECODE among them: with it every process compiles all libraries anew.
SERVICE_PREFIXES = ("ACCESS_TOKEN", "MAKE", "MFLAGS", "OIDC_", "PYTHON", "RATES_", "REFRESH_TOKEN")


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would configure a service."""
    return {
        name: value
        for name, value in os.environ.items()
        if name == "PYTHONPYCACHEPREFIX"
        or (name not in SERVICE_VARIABLES and not name.startswith(SERVICE_PREFIXES))
    }


@dataclass(frozen=True)
class Project:
    """A generated repository on disk, ready for `make run`."""

    directory: Path
    stack: Stack

    def make(
        self,
        target: str,
        *variables: str,
        environment: dict[str, str] | None = None,
        stdin: str = "",
        timeout: float = 300,
    ) -> subprocess.CompletedProcess[str]:
        """Run a make target to its end; stdin is not a terminal."""
        return subprocess.run(
            ["make", "--no-print-directory", target, *variables],
            cwd=self.directory,
            env=clean_environment() | (environment or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def scaffold(stack: Stack, directory: Path) -> Project:
    """Copy the template's working tree with the stack's answers, and run `make setup`.

    Raises:
        RuntimeError: with the output, when `make setup` fails.
    """
    with warnings.catch_warnings():
        # The checkout under test may hold uncommitted changes; they are what is to be tested.
        warnings.simplefilter("ignore", copier.errors.DirtyLocalWarning)
        copier.run_copy(
            str(TEMPLATE),
            directory,
            data=stack.answers,
            defaults=True,
            quiet=True,
            vcs_ref="HEAD",
        )
    git = shutil.which("git") or "git"
    subprocess.run([git, "init", "--quiet"], cwd=directory, check=True)
    project = Project(directory, stack)
    result = project.make("setup", timeout=900)
    if result.returncode:
        message = f"make setup failed in {directory}:\n{result.stdout}\n{result.stderr}"
        raise RuntimeError(message)
    return project
