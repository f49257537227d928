"""The commands of `platformctl`. Exit codes: 0 good, 1 something is wrong, 2 bad input."""

from pathlib import Path
from typing import Annotated

import typer

from platformctl import checking, rehearsing
from rehearsal.options import Options, ProviderChoice

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Project = Annotated[Path, typer.Option("--project", help="Folder with Pulumi.yaml.", file_okay=False)]
OneStack = Annotated[str, typer.Argument(help="Name of the stack.")]
AnyStack = Annotated[str | None, typer.Argument(help="Name of a stack; without one, every stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the platform and its control plane up.")]
Providers = Annotated[ProviderChoice, typer.Option(help="Pulumi's kubernetes and random providers.")]
JsonFile = Annotated[Path | None, typer.Option("--json-file", help="Write the report as JSON.")]
Markdown = Annotated[Path | None, typer.Option("--markdown", help="Write the report as Markdown.")]


@app.callback()
def main() -> None:
    """Check and rehearse a GPU inference platform before it costs a cent."""


@app.command(epilog="Example: platformctl check prod")
def check(stack: AnyStack = None, *, project: Project = Path(), as_json: AsJson = False) -> None:
    """Check a stack's settings, and what can be computed from them, without starting anything."""
    raise typer.Exit(checking.check(project, stack, as_json=as_json))


@app.command(epilog="Example: platformctl rehearse dev --markdown report.md")
def rehearse(  # noqa: PLR0913  one parameter an option
    stack: OneStack = "dev",
    *,
    project: Project = Path(),
    providers: Providers = ProviderChoice.AUTO,
    keep: Keep = False,
    as_json: AsJson = False,
    json_file: JsonFile = None,
    markdown: Markdown = None,
) -> None:
    """Run the whole platform on this machine: up, at its peak, and down to nothing."""
    folder = project.resolve()
    options = Options(stack=stack, project=folder, root=folder, providers=providers, keep=keep)
    outputs = rehearsing.Outputs(as_json=as_json, json_file=json_file, markdown=markdown)
    raise typer.Exit(rehearsing.rehearse(options, outputs))


@app.command(epilog="Example: platformctl rehearse-stop dev")
def rehearse_stop(stack: OneStack = "dev", *, project: Project = Path()) -> None:
    """End a control plane that `rehearse --keep` left up."""
    raise typer.Exit(rehearsing.stop(project.resolve(), stack))
