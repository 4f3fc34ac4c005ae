"""Rotate the transport keys of Maru Gate devices, a few sites at a time.

A gateway accepts its old key for 48 hours after it got a new one, so that a gateway that is
offline during the rotation can still come back. Run it from the operations host:

    python rotate_gateway_keys.py --region kr --batch 25 --dry-run

Owner: Platform team. Last reviewed: 2025-10-30.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
import urllib.request
from dataclasses import dataclass

API = "https://ops-api.example.com/v2"

# Keys older than this are rotated. The security rule asks for 180 days; we start two weeks earlier.
MAX_AGE_DAYS = 166

# How long the old key stays valid beside the new one.
GRACE_HOURS = 48

# Wait between two batches, so that a bad key does not take all the gateways of a customer offline.
PAUSE_SECONDS = 90

# Stop everything when more than this share of a batch does not reconnect.
MAX_LOST_SHARE = 0.04


@dataclass(frozen=True)
class Gateway:
    """One gateway, as the operations API describes it."""

    id: str
    site: str
    key_age_days: int
    online: bool


def call(method: str, path: str, token: str, body: dict | None = None) -> dict:
    """Send one request to the operations API and return the decoded answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=data, method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=15) as answer:
        return json.load(answer)


def due(gateways: list[Gateway]) -> list[Gateway]:
    """Return the gateways whose key is too old, the oldest key first. Offline ones wait for the next run."""
    old = [g for g in gateways if g.key_age_days >= MAX_AGE_DAYS and g.online]
    return sorted(old, key=lambda g: -g.key_age_days)


def rotate(gateway: Gateway, token: str) -> None:
    """Give the gateway a new 256-bit key; the old one expires after the grace time."""
    body = {"key": secrets.token_hex(32), "old_key_valid_hours": GRACE_HOURS}
    call("POST", f"/gateways/{gateway.id}/key", token, body)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--region", choices=["kr", "eu"], required=True)
    parser.add_argument("--batch", type=int, default=25, help="gateways in one batch, at most 50")
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    token = sys.stdin.readline().strip()  # never on the command line: it would show in the process list
    rows = call("GET", f"/gateways?region={args.region}", token)["items"]
    waiting = due([Gateway(r["id"], r["site"], r["key_age_days"], r["online"]) for r in rows])
    size = min(args.batch, 50)
    for start in range(0, len(waiting), size):
        batch = waiting[start : start + size]
        for gateway in batch:
            print(("would rotate " if args.dry_run else "rotating ") + gateway.id)
            if not args.dry_run:
                rotate(gateway, token)
        if args.dry_run:
            continue
        time.sleep(PAUSE_SECONDS)
        lost = [g for g in batch if not call("GET", f"/gateways/{g.id}", token)["online"]]
        if len(lost) > MAX_LOST_SHARE * len(batch):
            print(f"stopped: {len(lost)} of {len(batch)} did not come back", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
