"""The text of the ``aws`` stand-in; it needs Python and its standard library alone."""

SCRIPT = '''\
#!@PYTHON@
"""Answers `aws eks get-token` for the rehearsal's cluster; refuses everything else."""

import argparse
import json
import os
import sys

CERTIFICATE, KEY = @CERT@, @KEY@
REFUSED = 252
KNOWN = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"aws: the rehearsal's stand-in answers only `aws eks get-token`: {message}", file=sys.stderr)
        sys.exit(REFUSED)


def version():
    """Return the API version kubectl asks for; v1beta1 as the real command where it asks for none."""
    try:
        asked = json.loads(os.environ.get("KUBERNETES_EXEC_INFO", "{}")).get("apiVersion")
    except (ValueError, AttributeError):
        asked = None
    return asked if asked in KNOWN else KNOWN[1]


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    parser = Parser(prog="aws", add_help=False, allow_abbrev=False)
    parser.add_argument("service", choices=["eks"])
    parser.add_argument("command", choices=["get-token"])
    parser.add_argument("--cluster-name", required=True)
    parser.add_argument("--region")
    parser.add_argument("--profile")
    parser.add_argument("--role-arn")
    parser.add_argument("--output", choices=["json"])
    parser.parse_args()
    try:
        status = {"clientCertificateData": text(CERTIFICATE), "clientKeyData": text(KEY)}
    except OSError as error:
        print(f"aws: the rehearsal is not running: {error}", file=sys.stderr)
        return REFUSED
    print(json.dumps({"apiVersion": version(), "kind": "ExecCredential", "spec": {}, "status": status}))
    return 0


sys.exit(main())
'''
