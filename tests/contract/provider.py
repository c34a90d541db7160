"""A real OpenID provider on loopback, and the keys it signs with.

The `oidc-provider` package is installed once, with npm, into the user's cache folder. The keys are
made here, so that a test can sign whatever token it likes, and rotate them.
"""

import json
import os
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from .instances import free_port
from .trust import NOBODY

SOURCE = Path(__file__).parent / "oidc"
MACHINE = "machine~products:write,state:write"


def install() -> Path:
    """Return a folder in which the provider can run, installed when it is not there yet."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    package = (SOURCE / "package.json").read_text(encoding="utf-8")
    version = json.loads(package)["dependencies"]["oidc-provider"]
    folder = Path(base) / "armature" / f"oidc-provider-{version}"
    if not (folder / "node_modules" / "oidc-provider").is_dir():
        # Made beside its place and moved, so that two runs at once do not meet half of it.
        fresh = folder.with_name(f"{folder.name}-{uuid4().hex}")
        fresh.mkdir(parents=True)
        (fresh / "package.json").write_text(package, encoding="utf-8")
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(command, cwd=fresh, check=True, capture_output=True)
        try:
            fresh.rename(folder)
        except OSError:
            shutil.rmtree(fresh)
    return folder


class SigningKey:
    """An RSA key with its id."""

    def __init__(self, kid: str | None = None) -> None:
        self.kid = kid or uuid4().hex
        self.private = rsa.generate_private_key(65537, 2048)

    def jwk(self) -> dict[str, Any]:
        """The private key as a JSON Web Key."""
        key: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(self.private))
        key.pop("key_ops", None)
        return key | {"kid": self.kid, "use": "sig", "alg": "RS256"}


class Provider:
    """The provider process; its address stays the same over `stop`, `start` and `rotate`."""

    client_id = "contract"
    client_secret = "contract-client-secret-5f0c6d"  # noqa: S105 - for the test's own provider
    audience = "urn:contract"

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.key = SigningKey()
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        """The issuer's URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a service needs to trust this provider."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": self.client_id,
            "OIDC_CLIENT_SECRET": self.client_secret,
            "OIDC_AUDIENCE": self.audience,
            "OIDC_PERMISSIONS_CLAIM": "permissions",
        }

    def start(self) -> "Provider":
        """Start, and return once discovery answers.

        Raises:
            RuntimeError: with the log, when it does not.
        """
        folder = install()
        # Node looks for packages beside the file it runs.
        program = folder / f"provider-{self.port}.mjs"
        shutil.copyfile(SOURCE / "provider.mjs", program)
        settings = {
            "port": self.port,
            "jwks": {"keys": [self.key.jwk()]},
            "clientId": self.client_id,
            "clientSecret": self.client_secret,
            "audience": self.audience,
        }
        log = self._directory / f"provider-{self.port}.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                ["node", str(program)],
                cwd=folder,
                env=os.environ | {"PROVIDER": json.dumps(settings)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"the provider did not start:\n{log.read_text(errors='replace')}"
                raise RuntimeError(message)
            time.sleep(0.05)
        program.unlink()
        return self

    def _answers(self) -> bool:
        url = f"{self.issuer}/.well-known/openid-configuration"
        try:
            return httpx2.get(url, verify=NOBODY, trust_env=False, timeout=2).is_success
        except httpx2.HTTPError:
            return False

    def stop(self) -> None:
        """Kill it; connections are refused from then on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def rotate(self) -> None:
        """Go on with a new signing key under a new id; the old one is gone."""
        self.stop()
        self.key = SigningKey()
        self.start()

    def machine_token(self) -> str:
        """Ask for an access token as a program does, with its own credentials."""
        answer = httpx2.post(
            f"{self.issuer}/token",
            data={
                "grant_type": "client_credentials",
                "client_id": MACHINE,
                "client_secret": self.client_secret,
            },
            verify=NOBODY,
            trust_env=False,
            timeout=10,
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def sign(self, *, key: SigningKey | None = None, **changes: Any) -> str:  # noqa: ANN401
        """Sign an access token of the provider with some claims changed; None leaves one out."""
        now = datetime.now(UTC)
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "someone",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "jti": uuid4().hex,
            "client_id": self.client_id,
            "permissions": ["products:write", "state:write"],
            **changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        signing = key or self.key
        headers = {"kid": signing.kid, "typ": "at+jwt"}
        return jwt.encode(present, signing.private, algorithm="RS256", headers=headers)


def browse(start: str, account: str, *, back_to: str) -> str:
    """Sign in at the provider as a person would; return the address it sends the browser back to.

    `start` is where the service sent the browser, `back_to` the service's own address.
    """
    with httpx2.Client(verify=NOBODY, trust_env=False, timeout=15) as browser:
        response = browser.get(start)
        for _ in range(20):
            location = response.headers.get("location", "")
            if location.startswith(back_to):
                return location
            if location:
                response = browser.get(response.url.join(location))
                continue
            form = re.search(r'action="([^"]+)"', response.text)
            if form is None:
                break
            prompt = "login" if 'name="login"' in response.text else "consent"
            data = {"prompt": prompt, "login": account, "password": "any"}
            response = browser.post(response.url.join(form[1]), data=data)
    message = f"the provider did not send the browser back: {response.status_code} {response.text}"
    raise AssertionError(message)
