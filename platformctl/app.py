"""The commands of `platformctl`. Exit codes: 0 good, 1 something is wrong, 2 bad input; `fit` has its own."""

from pathlib import Path
from typing import Annotated

import typer

from planning.fit.request import PINNED_VLLM
from platformctl import checking, fitting, planning, rehearsing
from platformctl.fit_request import Asked
from platformctl.words import OneLineErrors
from rehearsal.options import Options, ProviderChoice

app = typer.Typer(
    cls=OneLineErrors, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

Project = Annotated[Path, typer.Option("--project", help="Folder with Pulumi.yaml.", file_okay=False)]
OneStack = Annotated[str, typer.Argument(help="Name of the stack.")]
AnyStack = Annotated[str | None, typer.Argument(help="Name of a stack; without one, every stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the platform and its control plane up.")]
Providers = Annotated[ProviderChoice, typer.Option(help="Pulumi's kubernetes and random providers.")]
JsonFile = Annotated[Path | None, typer.Option("--json-file", help="Write the report as JSON.")]
ScenarioName = Annotated[
    str | None, typer.Option("--scenario", help="Play a scenario: its name, or its file.")
]
Charts = Annotated[Path, typer.Option("--charts", help="Folder for a scenario's charts.", file_okay=False)]
Markdown = Annotated[Path | None, typer.Option("--markdown", help="Write the report as Markdown.")]

_FIT_EXAMPLE = (
    "Example: platformctl fit --model Qwen/Qwen3-32B --gpu l40s --gpu-count 2 --max-model-len 32768"
)


@app.callback()
def main() -> None:
    """Check and rehearse a GPU inference platform before it costs a cent."""


@app.command(epilog="Example: platformctl check prod")
def check(stack: AnyStack = None, *, project: Project = Path(), as_json: AsJson = False) -> None:
    """Check a stack's settings, and what can be computed from them, without starting anything."""
    raise typer.Exit(checking.check(project, stack, as_json=as_json))


@app.command(epilog="Examples: platformctl plan prod; platformctl plan prod --diff main --markdown")
def plan(
    stack: OneStack,
    *,
    project: Project = Path(),
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")] = False,
    diff: Annotated[
        str | None, typer.Option(help="Git revision of the stack file: show what changes against it.")
    ] = None,
) -> None:
    """Show what a stack comes to: where each model runs and why, its start, its updates, quotas, dollars."""
    form = planning.Form(as_json=as_json, markdown=markdown)
    raise typer.Exit(planning.plan_command(project.resolve(), stack, form, diff))


@app.command(epilog=_FIT_EXAMPLE)
def fit(  # noqa: PLR0913  one parameter an option
    *,
    gpu: Annotated[str, typer.Option(help="GPU, for example l4, H100-80GB or 'RTX 4090'.")],
    max_model_len: Annotated[int, typer.Option(help="Longest context of a request, in tokens.")],
    model: Annotated[str | None, typer.Option(help="Hugging Face name, of the catalogue.")] = None,
    config: Annotated[Path | None, typer.Option(help="config.json of any other model.")] = None,
    weights_gib: Annotated[float | None, typer.Option(help="Size of its safetensors files, in GiB.")] = None,
    index: Annotated[Path | None, typer.Option(help="Its model.safetensors.index.json instead.")] = None,
    gpu_count: Annotated[int, typer.Option(help="GPUs that share the model by tensor parallel.")] = 1,
    pipeline_parallel: Annotated[int, typer.Option(help="Stages, each of so many GPUs.")] = 1,
    mig: Annotated[str | None, typer.Option(help="MIG profile, for example 1g.10gb.")] = None,
    share: Annotated[float, typer.Option(help="Part of a time-sliced GPU, above 0 and up to 1.")] = 1.0,
    max_num_seqs: Annotated[int | None, typer.Option(help="Requests at once; else vLLM's default.")] = None,
    max_num_batched_tokens: Annotated[
        int | None, typer.Option(help="Tokens of one step; else vLLM's default.")
    ] = None,
    gpu_memory_utilization: Annotated[
        float | None, typer.Option(help="Part of the memory for vLLM; else the version's default.")
    ] = None,
    kv_cache_dtype: Annotated[str, typer.Option(help="auto, bfloat16, float16 or fp8.")] = "auto",
    vllm_version: Annotated[str, typer.Option(help="Version of vLLM.")] = PINNED_VLLM,
    enforce_eager: Annotated[bool, typer.Option("--enforce-eager", help="Without CUDA graphs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell whether a model fits a GPU: exit code 0 fits, 1 marginal, 3 does not fit, 2 bad input."""
    asked = Asked(
        model=model,
        config=config,
        weights_gib=weights_gib,
        index=index,
        gpu=gpu,
        gpu_count=gpu_count,
        pipeline_parallel=pipeline_parallel,
        mig=mig,
        share=share,
        max_model_len=max_model_len,
        max_num_seqs=max_num_seqs,
        max_num_batched_tokens=max_num_batched_tokens,
        gpu_memory_utilization=gpu_memory_utilization,
        kv_cache_dtype=kv_cache_dtype,
        vllm_version=vllm_version,
        enforce_eager=enforce_eager,
    )
    raise typer.Exit(fitting.fit_command(asked, as_json=as_json))


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
    scenario: ScenarioName = None,
    charts: Charts = Path(".tools/charts"),
) -> None:
    """Run the whole platform on this machine: up, at its peak or under a scenario's load, and down to nothing."""
    folder = project.resolve()
    options = Options(
        stack=stack, project=folder, root=folder, providers=providers, keep=keep, scenario=scenario
    )
    outputs = rehearsing.Outputs(as_json=as_json, json_file=json_file, markdown=markdown, charts=charts)
    raise typer.Exit(rehearsing.rehearse(options, outputs))


@app.command(epilog="Example: platformctl rehearse-stop dev")
def rehearse_stop(stack: OneStack = "dev", *, project: Project = Path()) -> None:
    """End a control plane that `rehearse --keep` left up."""
    raise typer.Exit(rehearsing.stop(project.resolve(), stack))
