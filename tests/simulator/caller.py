"""What the simulator's tests call it with: plain requests, as any client would."""

from __future__ import annotations

from typing import Any

import requests

from simulator import SimulatedServer

TIMEOUT = 10


class Caller:
    """One client of a running simulator; it gets itself a token when it first needs one."""

    def __init__(self, server: SimulatedServer) -> None:
        self.server = server
        self.world = server.world
        self.access_token = ""

    def ask_token(self, **form: str) -> requests.Response:
        accounts = self.world.accounts
        basic = (accounts.client_id, accounts.client_secret)
        return requests.post(
            f"{self.server.accounts_url}/api/token", data=form, auth=basic, timeout=TIMEOUT
        )

    def refresh(self, listener: str | None = None) -> requests.Response:
        token = self.world.refresh_token(listener)
        return self.ask_token(grant_type="refresh_token", refresh_token=token)

    def sign_in(self, listener: str | None = None) -> None:
        self.access_token = self.refresh(listener).json()["access_token"]

    def get(self, path: str, timeout: float = TIMEOUT, **query: Any) -> requests.Response:
        if not self.access_token:
            self.sign_in()
        headers = {"Authorization": f"Bearer {self.access_token}"}
        url = path if path.startswith("http") else f"{self.server.api_url}{path}"
        return requests.get(url, params=query, headers=headers, timeout=timeout)

    def read(self, path: str, **query: Any) -> Any:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def read_page(self, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.read(
            "/me/player/recently-played", **{"limit": 50, **query}
        )["items"]
        return items

    def switch(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.server.url}/simulator/{path}"
        return requests.request(method, url, json=body, timeout=TIMEOUT)
