"""Can a chart's repository be reached? Asked once a repository, all at once, and not for long."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import Future
from urllib.parse import urlsplit

_SECONDS = 3.0


def probe_url(chart: str, repository: str) -> str:
    """Return the address that answers where the chart can be had."""
    if chart.startswith("oci://"):
        return f"https://{urlsplit(chart).netloc}/v2/"
    return f"{repository.rstrip('/')}/index.yaml"


class Reachability:
    """Remembers which repositories answer; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, Future[str]] = {}
        self._asked: dict[str, float] = {}

    def ask(self, urls: Iterable[str]) -> None:
        """Begin to ask for every address not asked for yet, each in its own thread."""
        for url in urls:
            with self._lock:
                if url in self._answers:
                    continue
                answer = self._answers[url] = Future()
                self._asked[url] = time.monotonic()
            threading.Thread(target=_answer, args=(url, answer), daemon=True).start()

    def why_not(self, url: str) -> str:
        """Return why the address does not answer; empty where it does. Waits 3 s at most."""
        self.ask([url])
        left = self._asked[url] + _SECONDS - time.monotonic()
        try:
            # A name server may take its time, which the request's own limit does not cover.
            return self._answers[url].result(timeout=max(0.0, left))
        except TimeoutError:
            return f"{urlsplit(url).netloc} does not answer within {_SECONDS:.0f} s"


def _answer(url: str, answer: Future[str]) -> None:
    answer.set_result(_try(url))


def _try(url: str) -> str:
    host = urlsplit(url).netloc
    if urlsplit(url).scheme not in ("http", "https"):
        return f"{url} is no web address"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS):  # noqa: S310 - the scheme is checked above
            return ""
    except urllib.error.HTTPError as error:
        # A registry asks for a token before it says anything; that it asks is answer enough.
        return (
            "" if error.code in (401, 403) and url.endswith("/v2/") else f"{host} answers HTTP {error.code}"
        )
    except (OSError, ValueError):
        return f"{host} cannot be reached from here"
