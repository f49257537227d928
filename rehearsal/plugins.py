"""The official Pulumi plugins of a full installation: whether they are there, and lending them to a rehearsal."""

import os
from importlib.metadata import version
from pathlib import Path

from rehearsal.options import ProviderChoice

_NEEDED = ("kubernetes", "random")


def chosen_providers(choice: ProviderChoice) -> ProviderChoice:
    """Settle `auto`: the official plugins where the versions of our packages are installed, else the built-in ones."""
    if choice != ProviderChoice.AUTO:
        return choice
    return ProviderChoice.OFFICIAL if _all_there() else ProviderChoice.BUILTIN


def lend(home: Path) -> None:
    """Let the engine whose PULUMI_HOME is `home` use the plugins of this user, and add to them what it lacks."""
    _folder().mkdir(parents=True, exist_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    (home / "plugins").symlink_to(_folder(), target_is_directory=True)


def _folder() -> Path:
    """Where Pulumi keeps this user's plugins."""
    return Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi")) / "plugins"


def _all_there() -> bool:
    names = (f"resource-{name}-v{version(f'pulumi-{name}')}" for name in _NEEDED)
    return all((_folder() / name).is_dir() for name in names)
