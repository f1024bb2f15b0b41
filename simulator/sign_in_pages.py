"""The accounts service over HTTP: the page to agree on, and ``/api/token``."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template_string, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.accounts import ACCESS_TOKEN_SECONDS, Refusal
from simulator.answers import answer_json
from simulator.gate import Gate

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in (simulated)</title>
<h1>Everheard asks to see your listening</h1>
<p>This is the simulator: nobody's real account. The app asks for:</p>
<ul>{% for scope in scopes %}<li><code>{{ scope }}</code></li>{% endfor %}</ul>
<form method="post">
<fieldset><legend>Sign in as</legend>
{% for name in listeners %}
<label><input type="radio" name="listener" value="{{ name }}"
 {{ "checked" if loop.first }}> {{ name }}</label>
{% endfor %}</fieldset>
<button id="agree" name="answer" value="agree">Agree</button>
<button id="refuse" name="answer" value="refuse">Cancel</button>
</form></html>"""


class RefusedSignIn(Exception):
    """Ends a visit to the page with a plain sentence, as Spotify's does."""


def make_sign_in_pages(gate: Gate) -> Blueprint:
    """Return ``/authorize`` and ``/api/token``."""
    blueprint = Blueprint("accounts", __name__)
    world = gate.world

    @blueprint.route("/authorize", methods=["GET", "POST"])
    def authorize() -> AnyResponse | str:
        try:
            redirect_uri = check_request(world.accounts.client_id, world.accounts.redirect_uris)
        except RefusedSignIn as fault:
            return Response(str(fault), 400, content_type="text/plain; charset=utf-8")
        scopes = request.args.get("scope", "")
        if request.method == "GET":
            return render_template_string(
                PAGE, scopes=scopes.split(), listeners=list(world.listeners)
            )
        answer: dict[str, str] = {"error": "access_denied"}
        listener = request.form.get("listener") or next(iter(world.listeners))
        if request.form.get("answer") == "agree" and listener in world.listeners:
            with world.lock:
                challenge = request.args.get("code_challenge")
                now_ms = world.clock.now_ms
                code = world.accounts.issue_code(listener, scopes, redirect_uri, now_ms, challenge)
            answer = {"code": code}
        if "state" in request.args:
            answer["state"] = request.args["state"]
        return redirect(f"{redirect_uri}?{urlencode(answer)}", 302)

    @blueprint.route("/api/token", methods=["POST"])
    def token() -> Response:
        return gate.admit_to_token(give_token)

    return blueprint


def check_request(client_id: str, redirect_uris: tuple[str, ...]) -> str:
    """Return the redirect of a sign-in that may go on; raises RefusedSignIn otherwise."""
    redirect_uri = request.args.get("redirect_uri", "")
    if request.args.get("client_id") != client_id:
        raise RefusedSignIn("INVALID_CLIENT: Invalid client")
    if urlsplit(redirect_uri).hostname == "localhost":
        raise RefusedSignIn("INVALID_CLIENT: Insecure redirect URI")
    if redirect_uri not in redirect_uris:
        raise RefusedSignIn("INVALID_CLIENT: Invalid redirect URI")
    if request.args.get("response_type") != "code":
        raise RefusedSignIn("response_type must be code")
    if "code_challenge" in request.args and request.args.get("code_challenge_method") != "S256":
        raise RefusedSignIn("code_challenge_method must be S256")
    return redirect_uri


def give_token(gate: Gate, *, rotate: bool) -> Response:
    """Answer ``POST /api/token`` for any of the three grants."""
    try:
        return answer_json(_grant_token(gate, rotate=rotate))
    except Refusal as refusal:
        body = {"error": refusal.error, "error_description": refusal.description}
        return answer_json(body, refusal.status)


def _grant_token(gate: Gate, *, rotate: bool) -> dict[str, object]:
    accounts, now_ms = gate.world.accounts, gate.world.clock.now_ms
    accounts.check_client(*_read_client())
    kind = request.form.get("grant_type", "")
    body: dict[str, object] = {"token_type": "Bearer", "expires_in": ACCESS_TOKEN_SECONDS}
    if kind == "client_credentials":
        return {"access_token": accounts.give_client_access(now_ms), **body}
    if kind == "refresh_token":
        asked = request.form.get("refresh_token", "")
        if not asked:
            raise Refusal("invalid_request", "refresh_token must be supplied")
        access_token, grant = accounts.refresh(asked, now_ms, rotate=rotate)
        if grant.refresh_token != asked:
            body["refresh_token"] = grant.refresh_token
    elif kind == "authorization_code":
        access_token, grant = accounts.redeem_code(
            request.form.get("code", ""),
            request.form.get("redirect_uri", ""),
            request.form.get("code_verifier"),
            now_ms,
        )
        body["refresh_token"] = grant.refresh_token
    else:
        raise Refusal("unsupported_grant_type", "grant_type parameter is missing or unknown")
    return {"access_token": access_token, **body, "scope": " ".join(grant.scopes)}


def _read_client() -> tuple[str, str]:
    """Return the client's id and secret, from Basic authorisation or from the form."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.form.get("client_id", ""), request.form.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(text).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refusal("invalid_client", "Invalid client") from error
    return client_id, client_secret
