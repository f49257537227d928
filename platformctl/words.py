"""Wrong words on the command line: one line with the nearest right one, and where help is."""

import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from settings.errors import nearest

_ABORTED = 1


class OneLineErrors(TyperGroup):
    """Commands whose usage errors are one line, not a box with the usage in front."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; leave with its exit code, or with 2 where its words make no sense."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except TyperException as error:
            _tell(error)
        except typer.Abort:
            sys.stderr.write("aborted\n")
            sys.exit(_ABORTED)
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: TyperException) -> NoReturn:
    """Print what was wrong in one line, and leave."""
    text = error.format_message().strip()
    context = getattr(error, "ctx", None)
    # Without any word the help has been printed, and nothing is left to say.
    if text and context is not None:
        text = f"{_nearer(error, context, text)} See `{context.command_path} --help`."
    sys.stderr.write(f"{text}\n" if text else "")
    sys.exit(error.exit_code)


def _nearer(error: TyperException, context: Any, text: str) -> str:
    """Name the option that was meant; typer finds commands itself, and options only where they are close."""
    option = getattr(error, "option_name", None)
    if option is None or not text.startswith("No such option"):
        return text if text.endswith((".", "?")) else f"{text}."
    known = [name for parameter in context.command.params for name in parameter.opts if name.startswith("--")]
    near = nearest(option, known)
    hint = f"Did you mean {near}?" if near else f"Known: {', '.join(known)}."
    return f"No such option: {option}. {hint}"
